package receipts

import (
	"io"

	"github.com/kvitok-gkh/kvitok/housing"
)

// Statement writes the выписка of an account (финансово-лицевой счёт): its turnovers by month. Nothing is
// written where an error is returned.
func (p *Printer) Statement(w io.Writer, s *housing.Statement) error {
	return p.paper(w, paperHead{
		issuer: &s.Issuer, account: &s.Account, day: s.On, title: "ВЫПИСКА ПО ЛИЦЕВОМУ СЧЁТУ", when: "на " + s.On.Russian(), what: "Выписка на " + s.On.Russian(), under: s.Mark.Russian(),
	}, func(l *layout) {
		l.partiesOf(&s.Issuer, &s.Account, s.Address())
		t := &table{size: sizeSheet, columns: []column{
			{"Месяц", 84, toLeft},
			{"Сальдо на начало, ₽", 78, toRight},
			{"Начислено, ₽", 74, toRight},
			{"Перерасчёты, льготы, ₽", 78, toRight},
			{"Пени, ₽", 60, toRight},
			{"Оплачено, ₽", 78, toRight},
			{"Сальдо на конец, ₽", 86.5, toRight},
		}}
		var sum housing.Balance
		for _, m := range s.Months {
			t.rows = append(t.rows, row{cells: balanceCells(m.Period.Russian(), m.Opening, m.Charged, m.Corrected, m.Penalty, m.Paid, m.Closing)})
			sum.Charged += m.Charged
			sum.Corrected += m.Corrected
			sum.Penalty += m.Penalty
			sum.Paid += m.Paid
		}
		if n := len(s.Months); n > 0 {
			t.rows = append(t.rows, row{bold: true, cells: balanceCells("Итого", s.Months[0].Opening, sum.Charged, sum.Corrected, sum.Penalty, sum.Paid,
				s.Months[n-1].Closing)})
		}
		l.title("Расчёты по месяцам (долг с плюсом, переплата с минусом)", 40)
		t.draw(l)
	})
}

// Certificate writes the справка on the debt of an account, or that there is none.
func (p *Printer) Certificate(w io.Writer, s *housing.DebtCertificate) error {
	title := "СПРАВКА О ЗАДОЛЖЕННОСТИ"
	if s.Total <= 0 {
		title = "СПРАВКА ОБ ОТСУТСТВИИ ЗАДОЛЖЕННОСТИ"
	}
	return p.paper(w, paperHead{
		issuer: &s.Issuer, account: &s.Account, day: s.On, title: title, when: "на " + s.On.Russian(), what: "Справка о задолженности на " + s.On.Russian(), under: s.Mark.Russian(),
	}, func(l *layout) {
		l.partiesOf(&s.Issuer, &s.Account, s.Address())
		l.y += 8
		text := "По состоянию на " + s.On.Russian() + " задолженности за жилое помещение и коммунальные услуги по лицевому счёту " +
			s.Account.Number + " нет."
		switch {
		case s.Total > 0:
			text = "По состоянию на " + s.On.Russian() + " задолженность за жилое помещение и коммунальные услуги по лицевому счёту " +
				s.Account.Number + " составляет " + s.Total.Russian() + rouble + "."
		case s.Total < 0:
			text += " Переплата составляет " + s.Total.Neg().Russian() + rouble + "."
		}
		l.text(l.c.fonts.bold, sizeTitle, text)
		if len(s.Lines) == 0 {
			return
		}
		t := &table{size: sizeSheet, columns: []column{
			{"Получатель", 200, toLeft}, {"Услуга", 178.5, toLeft}, {"Пени, ₽", 70, toRight}, {"Долг (+), переплата (−), ₽", 90, toRight},
		}}
		for _, line := range s.Lines {
			t.rows = append(t.rows, row{cells: []string{line.Payee, line.Service.Russian(), money(line.Penalty), minus(line.Closing.Russian())}})
		}
		t.rows = append(t.rows, row{bold: true, cells: []string{"Всего", "", money(s.Penalty), minus(s.Total.Russian())}})
		l.title("Состав", 40)
		t.draw(l)
	})
}

// partiesOf names the account and the organisation side by side.
func (l *layout) partiesOf(issuer *housing.Organisation, account *housing.Account, address string) {
	l.columns([]pair{
		{label: "Лицевой счёт:", value: account.Number},
		{label: "Единый лицевой счёт (ЕЛС):", value: account.Unified},
		{label: "Плательщик:", value: account.Payer},
		{label: "Адрес помещения:", value: address},
	}, []pair{
		{label: "Исполнитель:", value: issuer.Title()},
		{label: "ИНН/КПП:", value: join("/", issuer.INN, issuer.KPP)},
		{label: "Телефон:", value: issuer.Phone},
	})
}
