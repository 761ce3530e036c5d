package receipts

import (
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
)

// reference shows what the charges rest on: readings, norms, volumes of the house.
func (l *layout) reference() error {
	meters, norms := l.meterTable(), l.normTable()
	if len(meters.rows) == 0 && len(norms.rows) == 0 {
		return nil
	}
	l.title("Справочная информация", 50)
	for _, t := range []*table{meters, norms} {
		if len(t.rows) > 0 {
			const half = (bottom - top) / 2
			if height := t.height(l.c.fonts); height < half { // not a row here and the rest overleaf
				l.room(height)
			}
			t.draw(l)
			l.y += 3
		}
	}
	return nil
}

// recalculations names the ground of each, as п. 69 of the Rules wants.
func (l *layout) recalculations() error {
	if len(l.doc.Recalculations) == 0 {
		return nil
	}
	t := &table{size: sizeTable, columns: []column{
		{"Услуга", 122.5, toLeft},
		{"За период", 76, toCentre},
		{"Основание перерасчёта", 270, toLeft},
		{"Сумма, руб.", 70, toRight},
	}}
	for i := range l.doc.Recalculations {
		r := &l.doc.Recalculations[i]
		t.rows = append(t.rows, row{cells: []string{r.Service.Russian(), r.Period.Russian(), r.Ground, minus(r.Amount.Russian())}})
	}
	l.title("Сведения о перерасчётах", 30)
	t.draw(l)
	return nil
}

func (l *layout) meterTable() *table {
	t := &table{size: sizeTable, columns: []column{
		{"Индивидуальный прибор учёта", 122.5, toLeft},
		{"Заводской №", 76, toLeft},
		{"Предыдущее показание", 62, toRight},
		{"Дата", 49, toCentre},
		{"Текущее показание", 62, toRight},
		{"Дата", 49, toCentre},
		{"Расход", 53, toRight},
		{"Поверка до", 65, toCentre},
	}}
	for i := range l.doc.Meters {
		m := &l.doc.Meters[i]
		name := m.Service.Russian()
		if zone := m.Zone.Russian(); zone != "" {
			name += " (" + zone + ")"
		}
		current, on := "нет показания", none
		if !m.CurrentOn.IsZero() {
			current, on = m.Current.Russian(), m.CurrentOn.Russian()
		}
		t.rows = append(t.rows, row{cells: []string{
			name, m.Serial, m.Previous.Russian(), dateOr(m.PreviousOn), current, on,
			strings.TrimSpace(m.Volume.Trim().Russian() + " " + m.Service.Unit()), dateOr(m.VerifyBy),
		}})
	}
	return t
}

func (l *layout) normTable() *table {
	t := &table{size: sizeTable, columns: []column{
		{"Услуга", 120, toLeft},
		{"Норматив потребления", 86, toRight},
		{"Объём по дому (ОДПУ)", 66.5, toRight},
		{"Тариф установлен", 266, toLeft}, // room for an act of a regional body in one line
	}}
	for i := range l.doc.Reference {
		r := &l.doc.Reference[i]
		norm, volume, document := none, none, none
		if !r.Norm.IsZero() {
			norm = r.Norm.Russian() + " " + r.Service.Unit() + " " + per(r.NormBase)
			if r.Service == housing.SolidWaste {
				norm += " в год" // formulas 9(1) and 9(2); all others are monthly
			}
		}
		if !r.HouseVolume.IsZero() {
			volume = r.HouseVolume.Russian() + " " + r.Service.Unit()
		}
		if r.Document != "" {
			document = r.Document
		}
		if norm == none && volume == none && document == none {
			continue
		}
		t.rows = append(t.rows, row{cells: []string{r.Service.Russian(), norm, volume, document}})
	}
	return t
}

func per(base housing.NormBase) string {
	switch base {
	case housing.PerPerson:
		return "на чел."
	case housing.PerArea:
		return "на м²"
	case housing.PerVolume:
		return "на м³"
	}
	return ""
}

func dateOr(d housing.Date) string {
	if d.IsZero() {
		return none
	}
	return d.Russian()
}

// minus turns the hyphen of a negative amount into a minus as wide as the digits.
func minus(s string) string { return strings.Replace(s, "-", "−", 1) }
