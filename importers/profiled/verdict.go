package profiled

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/profiles"
)

// control is what the file says of itself and what was counted.
func (r *reading) control() importers.Control {
	t := &r.tally
	stated := t.stated
	stated.OrderNo, stated.Order = r.held.number, r.held.date
	c := importers.Control{Rows: t.all.rows + t.packs, Stated: stated, Counted: importers.ControlTotals{
		Present: true, Rows: t.all.rows, Amount: t.sumOf("amount"), Transfer: t.sumOf("transfer"), Fee: t.sumOf("fee"),
	}}
	for _, key := range r.order {
		c.Packs = append(c.Packs, *r.packs[key])
	}
	return c
}

// verdict refuses a file that is not whole, or too much of which cannot be read.
func (r *reading) verdict() *importers.FileError {
	t := &r.tally
	if r.in.Corrects {
		r.proved()
	}
	if refused := r.missing(); refused != nil {
		return refused
	}
	if t.overflow {
		return importers.Refuse("overflow", "сумма файла слишком велика; %s", r.whole())
	}
	if r.profile.Balance && !r.in.Corrects {
		t.balance("по строкам", t.sumOf("amount"), t.sumOf("transfer"), t.sumOf("fee"))
		t.balance("в итоговой строке", t.stated.Amount, t.stated.Transfer, t.stated.Fee)
	}
	tooMany := r.profile.TooMany(t.rejected, t.all.rows+t.packs)
	bad := fmt.Sprintf("строк с ошибками %d, первая — %s", t.rejected, t.first)
	switch {
	case len(t.reasons) > 0 && t.rejected > 0:
		return importers.Refuse("totals_disagree", "контрольные суммы не сходятся: %s; %s; %s", strings.Join(t.reasons, "; "), bad, r.whole())
	case len(t.reasons) > 0:
		return importers.Refuse("totals_disagree", "контрольные суммы не сходятся: %s; %s", strings.Join(t.reasons, "; "), r.whole())
	case tooMany:
		return importers.Refuse("rejected_rows", "строк с ошибками %d из %d, а допускается не больше %d %%; первая — %s; %s",
			t.rejected, t.all.rows+t.packs, *r.profile.BadRows, t.first, r.whole())
	}
	return r.checkName()
}

// proved takes the rows of an answer that came back without comparing its totals: they were those of the whole file.
func (r *reading) proved() {
	t := &r.tally
	lacks := slices.ContainsFunc(r.lines, func(of *line) bool { return of.Is == profiles.Total && of.Need && !t.met[of] })
	if len(t.reasons) == 0 && len(t.met) > 0 && !lacks {
		return
	}
	t.reasons = nil
	for _, of := range r.lines {
		if of.Is == profiles.Total {
			t.met[of] = true
		}
	}
	r.notes = append(r.notes, housing.Problem{
		Code: "totals_not_compared", Severity: housing.SeverityInfo,
		Text: "файл исправляет отклонённые строки принятого реестра: итоги сверены при его загрузке и здесь не сверялись",
	})
}

// missing refuses a file without the lines that prove it to be whole.
func (r *reading) missing() *importers.FileError {
	t := &r.tally
	for _, of := range r.lines {
		switch {
		case of.Is != profiles.Total || !of.Need || t.met[of]:
		case of.Last:
			return importers.Refuse("no_trailer", "нет итоговой строки («%s…»): файл, вероятно, передан не полностью; %s (если это исправленные строки, пришлите их вместе с последними строками протокола, которые начинаются с «#»)", of.Prefix, r.whole())
		default:
			return importers.Refuse("no_totals", "нет строки с итогами («%s…»); %s", of.Prefix, r.whole())
		}
	}
	if r.profile.Control == profiles.RequiredControl && !t.proved() && !r.named() {
		return r.noControl()
	}
	if t.all.rows+t.packs+len(r.aside) == 0 {
		return importers.Refuse("empty_table", "в файле нет ни одной строки с данными; проверьте, что он передан полностью")
	}
	if r.profile.Control == profiles.OptionalControl && !t.proved() && !r.named() {
		r.notes = append(r.notes, unproved())
	}
	return nil
}

func (r *reading) noControl() *importers.FileError {
	return importers.Refuse("no_control",
		"в файле не найдены контрольные количество и сумма, проверить его полноту нечем; сверьте с банковской выпиской; %s", r.whole())
}

func unproved() housing.Problem {
	return housing.Problem{
		Code: "no_control", Severity: housing.SeverityWarning,
		Text: "в файле нет контрольных количества и суммы: его полнота не проверена",
	}
}

func (t *tally) balance(where string, amount, transfer, fee housing.Money) {
	slack := 0
	for _, n := range t.all.loose {
		slack += n
	}
	if sum, err := transfer.Add(fee); err == nil && max(sum-amount, amount-sum) <= housing.Money(slack) {
		return
	}
	t.reasons = append(t.reasons, fmt.Sprintf("%s сумма операций %s не равна переводу %s и комиссии %s",
		where, amount.RussianPlain(), transfer.RussianPlain(), fee.RussianPlain()))
}
