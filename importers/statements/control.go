package statements

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
)

// control adds up what is read and compares it with what the bank states.
type control struct {
	accounts map[string]*accountTotals
	order    []string
	sections int // of accounts, those that cannot be read too
	seen     map[[16]byte]int
	reasons  []string
	rejected int
	first    string // reason of the first rejected section
	overflow bool
}

// accountTotals are of one account: what its sections state, and what its documents come to.
type accountTotals struct {
	statements      []housing.BankStatement
	received, spent housing.Money
}

func newControl() *control {
	return &control{accounts: map[string]*accountTotals{}, seen: map[[16]byte]int{}}
}

func (c *control) add(total *housing.Money, amount housing.Money) {
	sum, err := total.Add(amount)
	if err != nil {
		c.overflow = true
		return
	}
	*total = sum
}

// statement takes a section of an account; sum is what its closing balance should be.
func (c *control) statement(s *housing.BankStatement, sum housing.Money) {
	totals := c.accounts[s.Account]
	if totals == nil {
		totals = &accountTotals{}
		c.accounts[s.Account] = totals
		c.order = append(c.order, s.Account)
	}
	totals.statements = append(totals.statements, *s)
	if sum != s.Closing {
		c.reasons = append(c.reasons, fmt.Sprintf(
			"счёт %s, строка %d: остаток на начало %s плюс поступления %s минус списания %s даёт %s, а конечный остаток указан %s",
			s.Account, s.Source.Position, s.Opening.RussianPlain(), s.Received.RussianPlain(), s.Spent.RussianPlain(),
			sum.RussianPlain(), s.Closing.RussianPlain()))
	}
}

// document adds a document to the account on whose side it stands; false where it stands on none.
func (c *control) document(d *housing.BankDocument) bool {
	payer, payee := c.accounts[d.Payer.Account], c.accounts[d.Payee.Account]
	if payer != nil {
		c.add(&payer.spent, d.Amount)
	}
	if payee != nil {
		c.add(&payee.received, d.Amount)
	}
	key := alike(d)
	d.Copy = c.seen[key]
	c.seen[key]++
	// Where no section of an account can be read, that is the reason, not each document.
	return payer != nil || payee != nil || len(c.order) == 0 && c.sections > 0
}

func (c *control) reject(rec *importers.Record) {
	if !rec.Rejected() {
		return
	}
	c.rejected++
	for _, p := range rec.Problems {
		if c.first == "" && p.IsError() {
			c.first = fmt.Sprintf("строка %d: %s", p.Row, p.Russian())
		}
	}
}

// verdict refuses a statement that is not whole.
func (c *control) verdict() *importers.FileError {
	const refused = "; выписка не загружается"
	if c.overflow {
		return importers.Refuse("overflow", "сумма документов слишком велика"+refused)
	}
	if c.sections == 0 {
		return importers.Refuse("no_account", "нет раздела «СекцияРасчСчет»: это не выписка банка, а файл платёжных поручений"+refused)
	}
	if c.rejected > 0 {
		return importers.Refuse("rejected_rows", "разделов с ошибками %d, первая — %s"+refused, c.rejected, c.first)
	}
	reasons := slices.Clone(c.reasons)
	for _, number := range c.order {
		reasons = append(reasons, c.accounts[number].disagree(number)...)
	}
	if len(reasons) > 0 {
		return importers.Refuse("totals_disagree", "контрольные суммы не сходятся: %s"+refused, strings.Join(reasons, "; "))
	}
	return nil
}

func (a *accountTotals) disagree(number string) []string {
	var received, spent housing.Money
	var reasons []string
	for i, s := range a.statements {
		received, spent = received+s.Received, spent+s.Spent
		if i > 0 && a.statements[i-1].Closing != s.Opening {
			reasons = append(reasons, fmt.Sprintf("счёт %s: остаток на начало %s (%s) не равен остатку на конец предыдущего раздела (%s)",
				number, s.From.Russian(), s.Opening.RussianPlain(), a.statements[i-1].Closing.RussianPlain()))
		}
	}
	if received != a.received {
		reasons = append(reasons, fmt.Sprintf("счёт %s: поступило по документам %s, указано %s",
			number, a.received.RussianPlain(), received.RussianPlain()))
	}
	if spent != a.spent {
		reasons = append(reasons, fmt.Sprintf("счёт %s: списано по документам %s, указано %s",
			number, a.spent.RussianPlain(), spent.RussianPlain()))
	}
	return reasons
}
