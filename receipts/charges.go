package receipts

import (
	"fmt"
	"slices"

	"github.com/kvitok-gkh/kvitok/housing"
)

const none = "—"

// charges is the table of what is charged for, line by line, grouped by payee where there are
// several.
func (l *layout) charges() error {
	if len(l.doc.Lines) == 0 {
		return nil
	}
	common := slices.ContainsFunc(l.doc.Lines, func(line housing.DocumentLine) bool { return line.Service.Resource() != "" })
	t := &table{size: sizeTable, columns: chargeColumns(common)}
	var total lineTotals
	for _, group := range l.groups() {
		if group.payee != "" {
			t.rows = append(t.rows, row{cells: []string{group.payee}, heading: true})
		}
		var part lineTotals
		for _, line := range group.lines {
			t.rows = append(t.rows, row{cells: lineCells(line, common)})
			if err := part.add(line); err != nil {
				return err
			}
			if err := total.add(line); err != nil {
				return err
			}
		}
		if group.payee != "" && len(group.lines) > 1 {
			t.rows = append(t.rows, row{cells: part.cells("Итого получателю", common), bold: true})
		}
	}
	t.rows = append(t.rows, row{cells: total.cells("Всего начислено", common), bold: true})
	if l.doc.Penalty != 0 {
		cells := make([]string, len(t.columns))
		cells[0], cells[len(cells)-1] = "Пени за просрочку платежа", l.doc.Penalty.Russian()
		t.rows = append(t.rows, row{cells: cells})
	}
	l.title("Расчёт размера платы за "+l.doc.Period.Russian(), 60)
	t.draw(l)
	l.legend()
	return nil
}

// chargeColumns are those of the form; what is used for the common property (СОИ, ОДН) has columns of
// its own where there is any.
func chargeColumns(common bool) []column {
	if !common {
		return []column{
			{"Вид услуги", 110.5, toLeft},
			{"Ед. изм.", 28, toCentre},
			{"Объём", 45, toRight},
			{"Способ расчёта", 47, toCentre},
			{"Тариф, руб.", 46, toRight},
			{"Начислено, руб.", 51, toRight},
			{"Повыш. коэфф.", 33, toCentre},
			{"Превышение платы, руб.", 44, toRight},
			{"Перерасчёты, руб.", 46, toRight},
			{"Льготы, субсидии", 39, toRight},
			{"Итого, руб.", 49, toRight},
		}
	}
	return []column{
		{"Вид услуги", 108, toLeft},
		{"Ед. изм.", 23, toCentre},
		{"Объём индив.", 37, toRight},
		{"Объём СОИ", 33, toRight},
		{"Способ расчёта", 40, toCentre},
		{"Тариф, руб.", 35, toRight},
		{"Начислено индив., руб.", 43, toRight},
		{"Начислено СОИ, руб.", 40, toRight},
		{"Повыш. коэфф.", 27, toCentre},
		{"Превышение, руб.", 40, toRight},
		{"Перерасчёты, руб.", 42, toRight},
		{"Льготы, субсидии", 29, toRight},
		{"Итого, руб.", 41.5, toRight},
	}
}

// legend explains the methods that the table names.
func (l *layout) legend() {
	note := ""
	for _, m := range []housing.Method{
		housing.ByMeter, housing.ByAverage, housing.ByNorm, housing.ByHouseMeter,
	} {
		if slices.ContainsFunc(l.doc.Lines, func(line housing.DocumentLine) bool { return line.Method == m }) {
			note = join("; ", note, m.Russian()+"\u00a0— "+meaning(m))
		}
	}
	if note == "" {
		return
	}
	l.y += 2
	l.text(l.c.fonts.regular, sizeNote, "Способ расчёта: "+note+".")
}

func meaning(m housing.Method) string {
	switch m {
	case housing.ByMeter:
		return "по индивидуальному прибору учёта"
	case housing.ByAverage:
		return "по среднемесячному объёму"
	case housing.ByNorm:
		return "по нормативу потребления"
	case housing.ByHouseMeter:
		return "по общедомовому прибору учёта"
	case housing.ByPeople, housing.ByArea: // say what they are
	}
	return ""
}

type lineGroup struct {
	payee string // "" where the lines need no heading
	lines []*housing.DocumentLine
}

// groups sorts the lines by payee in the order of payees and loses none.
func (l *layout) groups() []lineGroup {
	doc := l.doc.PaymentDocument
	if len(doc.Payees) < 2 {
		all := lineGroup{}
		for i := range doc.Lines {
			all.lines = append(all.lines, &doc.Lines[i])
		}
		return []lineGroup{all}
	}
	groups := make([]lineGroup, len(doc.Payees)+1)
	groups[len(doc.Payees)].payee = "Прочее"
	at := make(map[string]int, len(doc.Payees))
	for i := range doc.Payees {
		groups[i].payee = doc.Payees[i].Payee.Title()
		at[doc.Payees[i].Payee.INN] = i
	}
	for i := range doc.Lines {
		g, ok := at[doc.Lines[i].Payee]
		if !ok {
			g = len(doc.Payees)
		}
		groups[g].lines = append(groups[g].lines, &doc.Lines[i])
	}
	result := groups[:0]
	for _, g := range groups {
		if len(g.lines) > 0 {
			result = append(result, g)
		}
	}
	return result
}

func lineCells(line *housing.DocumentLine, common bool) []string {
	name := line.Service.Russian()
	if name == "" {
		name = string(line.Service)
	}
	if zone := line.Zone.Russian(); zone != "" {
		name += " (" + zone + ")"
	}
	coefficient := none
	if !line.Coefficient.IsZero() {
		coefficient = line.Coefficient.Russian()
	}
	volumes, charged := []string{line.Volume.Trim().Russian()}, []string{minus(line.Charged.Russian())}
	switch {
	case common && line.Service.Resource() != "":
		volumes, charged = []string{none, volumes[0]}, []string{none, charged[0]}
	case common:
		volumes, charged = []string{volumes[0], none}, []string{charged[0], none}
	}
	return slices.Concat([]string{name, line.Service.Unit()}, volumes, []string{line.Method.Russian(), line.Price.Russian()}, charged,
		[]string{coefficient, money(line.Excess), money(line.Corrected), money(line.Benefit), minus(line.Total.Russian())})
}

// money leaves out zeros where a zero is the rule.
func money(m housing.Money) string {
	if m == 0 {
		return none
	}
	return minus(m.Russian())
}

type lineTotals struct{ charged, common, excess, corrected, benefit, total housing.Money }

func (t *lineTotals) add(line *housing.DocumentLine) error {
	charged := &t.charged
	if line.Service.Resource() != "" {
		charged = &t.common
	}
	for _, part := range []struct {
		sum *housing.Money
		add housing.Money
	}{
		{charged, line.Charged},
		{&t.excess, line.Excess},
		{&t.corrected, line.Corrected},
		{&t.benefit, line.Benefit},
		{&t.total, line.Total},
	} {
		sum, err := part.sum.Add(part.add)
		if err != nil {
			return fmt.Errorf("add up the lines: %w", err)
		}
		*part.sum = sum
	}
	return nil
}

func (t *lineTotals) cells(title string, common bool) []string {
	rest := []string{"", money(t.excess), money(t.corrected), money(t.benefit), minus(t.total.Russian())}
	if common {
		return append([]string{title, "", "", "", "", "", minus(t.charged.Russian()), minus(t.common.Russian())}, rest...)
	}
	return append([]string{title, "", "", "", "", minus(t.charged.Russian())}, rest...)
}

// balance leads from the debt at the start of the month to what is to be paid.
func (l *layout) balance() error {
	first := l.doc.Period.First().Russian()
	paid := "Оплачено, руб."
	if !l.doc.LastPaid.IsZero() {
		paid = "Оплачено (последний платёж " + l.doc.LastPaid.Russian() + "), руб."
	}
	t := &table{size: sizeTable, columns: []column{
		{"Получатель", 160.5, toLeft},
		{"Долг (+), переплата (−) на " + first + ", руб.", 84, toRight},
		{"Начислено с учётом перерасчётов и льгот, руб.", 84, toRight},
		{"Пени, руб.", 50, toRight},
		{paid, 84, toRight},
		{"К оплате (−\u00a0переплата), руб.", 76, toRight},
	}}
	for i := range l.doc.Payees {
		p := &l.doc.Payees[i]
		t.rows = append(t.rows, row{
			cells: balanceCells(p.Payee.Title(), p.Opening, p.Charged, p.Penalty, p.Paid, p.ToPay),
			bold:  len(l.doc.Payees) == 1,
		})
	}
	if len(l.doc.Payees) != 1 {
		d := l.doc
		t.rows = append(t.rows, row{cells: balanceCells("Всего", d.Opening, d.Charged, d.Penalty, d.Paid, d.ToPay), bold: true})
	}
	l.title("Состояние расчётов", t.height(l))
	t.draw(l)
	return nil
}

func balanceCells(title string, amounts ...housing.Money) []string {
	cells := make([]string, 0, 1+len(amounts))
	cells = append(cells, title)
	for _, m := range amounts {
		cells = append(cells, minus(m.Russian()))
	}
	return cells
}
