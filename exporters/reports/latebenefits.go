package reports

import "github.com/kvitok-gkh/kvitok/housing"

// lateBenefits is the sheet of what late facts change of benefits.
func lateBenefits() table {
	return table{
		title: lateTitle, name: "Льготы", signed: true,
		columns: []column{
			textColumn("Лицевой счёт", 14), textColumn("Адрес", 29), textColumn("Помещение", 11), textColumn("За месяц", 14), textColumn("Услуга", 22),
			textColumn("Категория льготы", 24), textColumn("Предоставление", 24), textColumn("Причина", 34), lateMoney("Льгота была"),
			lateMoney("Стала"), moneyColumn("", "Изменение, ₽"), textColumn("Основание", 46),
		},
	}
}

func addLateBenefits(t *table, list []housing.BenefitCorrection) error {
	for i := range list {
		b := &list[i]
		how := b.Mode.Russian()
		if b.NotBooked != "" {
			how += ": за пределом срока, не проведено"
		}
		t.text(b.Account.Number)
		t.text(b.House)
		t.text(b.Account.Premises.Title())
		t.text(b.Month.Russian())
		t.text(b.Service.Russian())
		t.text(b.Category)
		t.text(how)
		t.text(b.Cause.Russian())
		t.money(b.Was)
		t.money(b.Now)
		t.money(b.Amount)
		t.text(b.Document())
		if err := t.end(); err != nil {
			return err
		}
	}
	return nil
}
