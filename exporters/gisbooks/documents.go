package gisbooks

import (
	"io"
	"slices"
	"strconv"

	"github.com/kvitok-gkh/kvitok/exporters/workbook"
	"github.com/kvitok-gkh/kvitok/housing"
)

// Documents fills the workbook of payment documents.
type Documents struct {
	Control

	book                                      *workbook.Book
	main, services, penalties, repair, places *page
}

// NewDocuments starts a workbook of the payment documents of a month.
func NewDocuments(o Options, period housing.Period) (*Documents, error) {
	book, err := workbook.New(workbook.Options{Title: "Платёжные документы для ГИС ЖКХ " + month(period), Company: o.Company, Created: o.Created, Temp: o.Temp})
	if err != nil {
		return nil, err
	}
	d := &Documents{book: book}
	for _, p := range []struct {
		to     **page
		name   string
		first  int
		titles []string
	}{
		{&d.main, "Разделы 1-2", 4, mainTitles()},
		{&d.services, "Разделы 3-6", 5, serviceTitles()},
		{&d.penalties, "Неустойки и судебные расходы", 3, penaltyTitles()},
		{&d.repair, "Капитальный ремонт", 2, repairTitles()},
		{&d.places, "Платежные реквизиты", 2, placeTitles()},
	} {
		if *p.to, err = newPage(book, p.name, p.first, p.titles); err != nil {
			return nil, closed(book, err)
		}
	}
	return d, nil
}

// Full reports whether a document with so many lines would go beyond the limit of a sheet.
func (d *Documents) Full(lines int) bool {
	return d.services.next+lines > MaxRows || d.places.next+lines > MaxRows || d.main.next >= MaxRows
}

// Close gives the workbook out.
func (d *Documents) Close(w io.Writer) error {
	d.Rows = max(d.main.next-4, d.services.next-5)
	return closed(d.book, write(w, d.book, d.main, d.services, d.penalties, d.repair, d.places))
}

// Abort gives the workbook up.
func (d *Documents) Abort() error { return d.book.Close() }

// Add writes a document. One whose account has no identifier of ЖКУ is skipped and counted.
func (d *Documents) Add(doc *housing.PaymentDocument) error {
	if doc.Account.ServiceID == "" {
		d.Skipped++
		return nil
	}
	d.Items++
	if err := d.main.add(mainRow(doc)); err != nil {
		return err
	}
	for i := range doc.Lines {
		l := &doc.Lines[i]
		var err error
		if l.Service == housing.CapitalRepair {
			err = d.repair.add([]string{
				doc.Number, number(l.Price), money(l.Charged + l.Excess), filled(l.Corrected), filled(l.Benefit), "", money(l.Total), "",
				kppOf(doc, l.Payee), month(doc.Period), requisite(doc, l.Payee), "",
			})
		} else {
			err = d.services.add(serviceRow(doc, l))
		}
		if err != nil {
			return err
		}
	}
	return d.payees(doc)
}

// payees writes where to pay, and the penalties of each.
func (d *Documents) payees(doc *housing.PaymentDocument) error {
	for i, p := range doc.Payees {
		place := strconv.Itoa(i + 1)
		if p.Penalty != 0 {
			err := d.penalties.add([]string{doc.Number, "Пени", "Несвоевременное внесение платы", money(p.Penalty), "", p.Payee.KPP, place, ""})
			if err != nil {
				return err
			}
		}
		if p.Payee.Bank.Account == "" {
			continue
		}
		if err := d.places.add([]string{doc.Number, place, p.Payee.Bank.BIC, p.Payee.Bank.Account, money(p.Charged + p.Penalty), ""}); err != nil {
			return err
		}
	}
	return nil
}

// mainRow is the row of «Разделы 1-2», columns A to AM.
func mainRow(doc *housing.PaymentDocument) []string {
	var benefit, repair, services housing.Money
	var rate housing.Decimal
	for _, l := range doc.Lines {
		benefit += l.Benefit
		if l.Service == housing.CapitalRepair {
			repair, rate = repair+l.Total, l.Price
		} else {
			services += l.Total
		}
	}
	row := make([]string, len(mainTitles()))
	set := func(column, value string) { row[columnOf(column)] = value }
	set("A", doc.Account.ServiceID)
	set("B", "Текущий")
	set("C", doc.Number)
	set("D", month(doc.Period))
	set("E", number(doc.Area))
	set("H", strconv.Itoa(doc.People))
	set("I", money(doc.Charged+doc.Penalty))
	set("J", money(max(doc.Opening, 0)))
	set("K", money(max(-doc.Opening, 0)))
	set("L", money(doc.Paid))
	set("M", strconv.Itoa(doc.Period.Next().First().AddDays(-1).Day()))
	set("N", day(doc.LastPaid))
	set("O", filled(benefit))
	set("P", money(doc.ToPay))
	set("Q", doc.Issuer.Bank.BIC)
	set("R", doc.Issuer.Bank.Account)
	if repair != 0 {
		set("S", number(rate))
		set("T", money(repair))
		set("Z", money(repair))
	}
	set("AB", doc.Issuer.KPP)
	set("AD", money(services))
	set("AF", filled(doc.Penalty))
	set("AK", doc.Identifier)
	return row
}

// columnOf is the index of a column by its letters.
func columnOf(letters string) int {
	n := 0
	for _, r := range letters {
		n = n*26 + int(r-'A') + 1
	}
	return n - 1
}

// serviceRow is a row of «Разделы 3-6», columns A to AJ.
func serviceRow(doc *housing.PaymentDocument, l *housing.DocumentLine) []string {
	row := make([]string, len(serviceTitles()))
	set := func(column, value string) { row[columnOf(column)] = value }
	charged := l.Charged + l.Excess
	set("A", doc.Number)
	set("B", l.Service.Russian())
	set("C", l.Service.Unit())
	volume, method, amount, total := "E", "D", "I", "AE"
	if l.Service.Resource() != "" {
		volume, method, amount, total = "G", "F", "J", "AF"
	}
	set(method, methodOf(l.Method))
	set(volume, number(l.Volume))
	set("H", number(l.Price))
	set(amount, money(charged))
	set("K", money(charged))
	set("L", number(l.Coefficient))
	set("M", filled(l.Excess))
	set("N", filled(l.Corrected))
	set("O", filled(l.Benefit))
	set("AD", money(l.Total))
	set(total, money(l.Total))
	for _, r := range doc.Reference {
		if r.Service == l.Service && !r.Norm.IsZero() {
			set("Q", number(r.Norm))
		}
	}
	for _, r := range doc.Recalculations {
		if r.Service == l.Service && l.Corrected != 0 {
			set("W", r.Ground)
			set("X", money(l.Corrected))
		}
	}
	set("AH", kppOf(doc, l.Payee))
	set("AI", requisite(doc, l.Payee))
	return row
}

// methodOf names how a volume was found as the dictionary of the system does.
func methodOf(m housing.Method) string {
	switch m { //nolint:exhaustive // all others are «Иное»
	case housing.ByMeter:
		return "Прибор учета"
	case housing.ByNorm:
		return "Норматив"
	case "":
		return ""
	}
	return "Иное"
}

func payeeAt(doc *housing.PaymentDocument, inn string) int {
	return slices.IndexFunc(doc.Payees, func(p housing.PayeeTotal) bool { return p.Payee.INN == inn })
}

func kppOf(doc *housing.PaymentDocument, inn string) string {
	if at := payeeAt(doc, inn); at >= 0 {
		return doc.Payees[at].Payee.KPP
	}
	return ""
}

// requisite is the number of the place where a payee takes money.
func requisite(doc *housing.PaymentDocument, inn string) string {
	if at := payeeAt(doc, inn); at >= 0 {
		return strconv.Itoa(at + 1)
	}
	return ""
}
