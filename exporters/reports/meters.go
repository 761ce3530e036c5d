package reports

import (
	"io"
	"iter"
	"slices"
	"strconv"

	"github.com/kvitok-gkh/kvitok/housing"
)

func meterColumns() []column {
	return slices.Concat(accountColumns(), []column{textColumn("Ресурс", 22), textColumn("Заводской №", 18), textColumn("Зона", 9)})
}

func addMeter(t *table, m *housing.MeterMonth) {
	addAccount(t, m.Account, m.House)
	t.text(m.Service.Russian())
	t.text(m.Serial)
	t.text(m.Zone.Russian())
}

// WriteReadings writes the отчёт по показаниям ИПУ: every register with its readings, the use and where
// the reading came from.
func WriteReadings(w io.Writer, meta Meta, rows iter.Seq2[housing.MeterMonth, error]) (Control, error) {
	layout := table{
		title: "Отчёт по показаниям ИПУ", name: "Показания",
		columns: slices.Concat(meterColumns(), []column{
			quantityColumn("Предыдущее показание"), textColumn("Дата", 11), quantityColumn("Текущее показание"), textColumn("Дата", 11),
			quantityColumn("Расход"), textColumn("Ед.", 8), textColumn("Источник", 34), textColumn("Поверка до", 11), textColumn("Проверка", 22),
		}),
	}
	layout.byHouse(houseTitle)
	return writeRows(w, meta, layout, rows, func(t *table, m *housing.MeterMonth) error {
		addMeter(t, m)
		addReading(t, m.Previous, m.PreviousOn)
		addReading(t, m.Current, m.CurrentOn)
		used, err := m.Current.Sub(m.Previous)
		known := err == nil && !m.CurrentOn.IsZero() && !m.PreviousOn.IsZero()
		if known {
			t.number(used)
		} else {
			t.blank()
		}
		t.text(m.Service.Unit())
		if m.CurrentOn.IsZero() {
			t.blank()
		} else {
			t.text(m.Source.Russian())
		}
		t.text(m.VerifyBy.Russian())
		state := ""
		switch {
		case m.CurrentOn.IsZero():
			state = "нет показания"
		case known && used.Sign() < 0:
			state = "меньше предыдущего"
		case known && used.IsZero():
			state = "нулевой расход"
		}
		t.text(state)
		if state != "" {
			t.mark()
		}
		return t.end()
	})
}

func addReading(t *table, value housing.Decimal, on housing.Date) {
	if on.IsZero() {
		t.blank()
		t.blank()
		return
	}
	t.number(value)
	t.text(on.Russian())
}

// neverRead stands in MeterMonth.Months for a register that was never read.
const neverRead = 999

// WriteMissing writes who did not hand in readings, and whose verification ends within three months or has
// ended: the list to remind people by.
func WriteMissing(w io.Writer, meta Meta, rows iter.Seq2[housing.MeterMonth, error]) (Control, error) {
	layout := table{
		title: "Не передавшие показания, срок поверки", name: "Напомнить",
		columns: slices.Concat(meterColumns(), []column{
			quantityColumn("Последнее показание"), textColumn("Дата", 11), textColumn("Месяцев без показаний", 12), textColumn("Поверка до", 11),
			textColumn("О чём напомнить", 40),
		}),
	}
	const ahead = 3
	soon := (meta.Period + ahead).Last()
	layout.byHouse(houseTitle)
	return writeRows(w, meta, layout, rows, func(t *table, m *housing.MeterMonth) error {
		reason := ""
		if m.Months > 0 {
			reason = "передать показания"
		}
		if !m.VerifyBy.IsZero() && !m.VerifyBy.After(soon) {
			if reason != "" {
				reason += "; "
			}
			if m.VerifyBy.After(meta.Period.Last()) {
				reason += "поверить прибор до " + m.VerifyBy.Russian()
			} else {
				reason += "срок поверки истёк " + m.VerifyBy.Russian()
			}
		}
		if reason == "" {
			return nil
		}
		addMeter(t, m)
		last, on := m.Current, m.CurrentOn
		if on.IsZero() {
			last, on = m.Previous, m.PreviousOn
		}
		addReading(t, last, on)
		switch {
		case m.Months >= neverRead:
			t.text("не передавались")
		case m.Months > 0:
			t.text(strconv.Itoa(m.Months))
		default:
			t.blank()
		}
		t.text(m.VerifyBy.Russian())
		t.text(reason)
		return t.end()
	})
}
