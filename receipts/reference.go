package receipts

import (
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
)

// reference shows what the charges rest on: readings, norms, volumes of the house, acts of the tariffs.
func (l *layout) reference() error {
	meters, norms, acts := l.meterTable(), l.normTable(), l.acts()
	if len(meters.rows) == 0 && len(norms.rows) == 0 && acts == "" {
		return nil
	}
	l.title("Справочная информация", 50)
	for _, t := range []*table{meters, norms} {
		if len(t.rows) > 0 {
			const half = (bottom - top) / 2
			if height := t.height(l); height < half { // not a row here and the rest overleaf
				l.room(height)
			}
			t.draw(l)
			l.y += 3
		}
	}
	if acts != "" {
		l.text(l.c.fonts.regular, sizeNote, acts)
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
		if !m.FailedOn.IsZero() {
			t.rows = append(t.rows, row{cells: []string{name, m.Serial, failed(m), "", "", "", "", dateOr(m.VerifyBy)}, wide: 2})
			continue
		}
		current, on, used := "нет показания", none, none
		if !m.CurrentOn.IsZero() {
			current, on = m.Current.Russian(), m.CurrentOn.Russian()
			used = strings.TrimSpace(m.Volume.Trim().Russian() + " " + m.Service.Unit())
		}
		t.rows = append(t.rows, row{cells: []string{
			name, m.Serial, m.Previous.Russian(), dateOr(m.PreviousOn), current, on, used, dateOr(m.VerifyBy),
		}})
	}
	return t
}

// normTable has the services in two columns side by side, which saves most receipts a second page.
func (l *layout) normTable() *table {
	service, norm, volume := column{"Услуга", 110, toLeft}, column{"Норматив", 88.25, toRight}, column{"Объём по дому (ОДПУ)", 71, toRight}
	t := &table{size: sizeTable, columns: []column{service, norm, volume, service, norm, volume}}
	var all [][]string
	for i := range l.doc.Reference {
		r := &l.doc.Reference[i]
		norm, volume := none, none
		if !r.Norm.IsZero() {
			norm = r.Norm.Russian() + " " + r.Service.Unit() + " " + per(r.NormBase)
			if r.Service == housing.SolidWaste {
				norm += " в год" // formulas 9(1) and 9(2); all others are monthly
			}
		}
		if !r.HouseVolume.IsZero() {
			volume = r.HouseVolume.Russian() + " " + r.Service.Unit()
		}
		if norm != none || volume != none {
			all = append(all, []string{r.Service.Russian(), norm, volume})
		}
	}
	rows := (len(all) + 1) / 2
	for i := range rows {
		beside := []string{"", "", ""}
		if i+rows < len(all) {
			beside = all[i+rows]
		}
		t.rows = append(t.rows, row{cells: append(all[i], beside...)})
	}
	return t
}

// acts names the act of each tariff with the services that it is for.
func (l *layout) acts() string {
	var documents []string
	services := map[string][]string{}
	for i := range l.doc.Reference {
		r := &l.doc.Reference[i]
		if r.Document == "" {
			continue
		}
		if services[r.Document] == nil {
			documents = append(documents, r.Document)
		}
		services[r.Document] = append(services[r.Document], r.Service.Russian())
	}
	if len(documents) == 0 {
		return ""
	}
	for i, document := range documents {
		documents[i] = strings.Join(services[document], ", ") + "\u00a0— " + document
	}
	return "Тарифы установлены: " + strings.Join(documents, "; ") + "."
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
