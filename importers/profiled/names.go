package profiled

import (
	"fmt"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/profiles"
)

// NameFits reports whether a file name has a form of this layout: it decides between layouts that the content
// fits equally.
func (l *layout) NameFits(name string) bool {
	for _, m := range l.names {
		if _, ok := m.Match(name); ok {
			return true
		}
	}
	return false
}

// readName takes the name of the file apart.
func (r *reading) readName() {
	for _, m := range r.names {
		if parts, ok := m.Match(r.in.Name); ok {
			r.parts, r.severity = parts, m.severity
			break
		}
	}
	if payee := r.parts[profiles.PartPayee]; len(payee) == 10 || len(payee) == 12 {
		r.held.payee = payee
	}
	if period, ok := centuries([]string{"mmyy"})[0].month(r.parts[profiles.PartPeriod]); ok {
		r.held.period = period
	}
}

// checkName compares the parts of the name with what the text says.
func (r *reading) checkName() *importers.FileError {
	said := map[string]string{profiles.PartAccount: r.held.bank}
	if r.parts[profiles.PartPayee] != r.held.payee {
		said[profiles.PartPayee] = r.held.payee
	}
	if r.parts[profiles.PartCount] != "" {
		said[profiles.PartCount] = unpadded(itoa(r.tally.all.rows))
	}
	if r.parts[profiles.PartAmount] != "" {
		said[profiles.PartAmount] = unpadded(strings.Replace(r.tally.sumOf("amount").String(), ".", "", 1))
	}
	if r.held.number != "" {
		said[profiles.PartOrderNo] = r.held.number
	}
	if !r.held.date.IsZero() {
		said[profiles.PartOrderDay] = fmt.Sprintf("%02d", r.held.date.Day())
	}
	if !r.held.paidOn.IsZero() {
		d := r.held.paidOn
		said[profiles.PartDate] = fmt.Sprintf("%02d%02d%04d", d.Day(), int(d.Period().Month()), d.Period().Year())
	}
	if r.seenPeriod != 0 {
		said[profiles.PartPeriod] = r.seenPeriod.MMYY()
	}
	return r.compareName(said)
}

// compareName compares the parts of the name with what the file says: a file under a wrong name is a wrong file.
func (r *reading) compareName(said map[string]string) *importers.FileError {
	for _, part := range []string{
		profiles.PartPayee, profiles.PartAccount, profiles.PartOrderNo, profiles.PartOrderDay, profiles.PartDate, profiles.PartPeriod,
		profiles.PartCount, profiles.PartAmount,
	} {
		named, content := r.parts[part], said[part]
		if part == profiles.PartCount || part == profiles.PartAmount {
			named = unpadded(named)
		}
		if named == "" || content == "" || named == content {
			continue
		}
		text := fmt.Sprintf("имя файла говорит: %s «%s», а в содержимом «%s»", partName(part), named, content)
		if r.severity == "" || r.severity == profiles.Error {
			return importers.Refuse("name_mismatch", "%s; %s", text, r.whole())
		}
		r.notes = append(r.notes, housing.Problem{Code: "name_mismatch", Text: text, Severity: housing.Severity(r.severity)})
	}
	return nil
}

// unpadded is a number without leading zeros; "" stays so.
func unpadded(number string) string {
	if number == "" {
		return ""
	}
	if bare := strings.TrimLeft(number, "0"); bare != "" {
		return bare
	}
	return "0"
}

// named reports whether the name of the file states totals.
func (r *reading) named() bool {
	return r.parts[profiles.PartCount] != "" || r.parts[profiles.PartAmount] != ""
}

// partName names a part of a file name in Russian.
func partName(part string) string {
	switch part {
	case profiles.PartOrderNo:
		return "платёжное поручение №"
	case profiles.PartOrderDay:
		return "день платёжного поручения"
	case profiles.PartDate:
		return "дата платежей"
	case profiles.PartPayee:
		return "ИНН получателя"
	case profiles.PartAccount:
		return "счёт получателя"
	case profiles.PartCount:
		return "количество строк"
	case profiles.PartAmount:
		return "сумма в копейках"
	}
	return "месяц"
}
