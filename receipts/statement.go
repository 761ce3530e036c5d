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
		if text := duesText(s.On, &s.Dues); text != "" {
			l.y += 6
			l.text(l.c.fonts.regular, sizeText, "Из сальдо на "+s.On.Russian()+": "+text+".")
		}
	})
}

// duesText tells what can be demanded apart from what need not be paid yet.
func duesText(on housing.Date, d *housing.Dues) string {
	overdue, penalty, notDue := "", "", ""
	if d.Overdue > 0 {
		overdue = "просрочено " + d.Overdue.Russian() + rouble
	}
	if d.Penalty > 0 {
		penalty = "неуплаченные пени " + d.Penalty.Russian() + rouble
	}
	if d.NotDue > 0 {
		notDue = "срок оплаты на " + on.Russian() + " не наступил: " + d.NotDue.Russian() + rouble + " (оплатить до " + d.PayBy.Russian() + ")"
	}
	return join("; ", overdue, penalty, notDue)
}

// Certificate writes the справка on the debt of an account, or that there is none: what is not due yet is no debt.
func (p *Printer) Certificate(w io.Writer, s *housing.DebtCertificate) error {
	title := "СПРАВКА О ЗАДОЛЖЕННОСТИ"
	if s.Dues.Late() <= 0 {
		title = "СПРАВКА ОБ ОТСУТСТВИИ ЗАДОЛЖЕННОСТИ"
	}
	return p.paper(w, paperHead{
		issuer: &s.Issuer, account: &s.Account, day: s.On, title: title, when: "на " + s.On.Russian(), what: "Справка о задолженности на " + s.On.Russian(), under: s.Mark.Russian(),
	}, func(l *layout) {
		l.partiesOf(&s.Issuer, &s.Account, s.Address())
		l.y += 8
		l.text(l.c.fonts.bold, sizeTitle, certificateText(s))
		if s.Dues.NotDue > 0 {
			l.y += 4
			l.text(l.c.fonts.regular, sizeText, "Кроме того, начислено и не оплачено "+s.Dues.NotDue.Russian()+rouble+", срок оплаты которых на "+s.On.Russian()+
				" не наступил (оплатить до "+s.Dues.PayBy.Russian()+"): задолженностью не является.")
		}
		if len(s.Lines) == 0 {
			return
		}
		t := &table{size: sizeSheet, columns: []column{
			{"Получатель", 138, toLeft},
			{"Услуга", 140.5, toLeft},
			{"Просрочено, ₽", 64, toRight},
			{"Пени, ₽", 54, toRight},
			{"Срок оплаты не наступил, ₽", 70, toRight},
			{"Всего (− переплата), ₽", 72, toRight},
		}}
		for _, line := range s.Lines {
			t.rows = append(t.rows, row{cells: []string{
				line.Payee, line.Service.Russian(), money(line.Dues.Overdue), money(line.Dues.Penalty), money(line.Dues.NotDue), minus(line.Closing.Russian()),
			}})
		}
		t.rows = append(t.rows, row{bold: true, cells: []string{
			"Всего", "", money(s.Dues.Overdue), money(s.Dues.Penalty), money(s.Dues.NotDue), minus(s.Total.Russian()),
		}})
		l.title("Состав", 40)
		t.draw(l)
	})
}

func certificateText(s *housing.DebtCertificate) string {
	const of = "за жилое помещение и коммунальные услуги по лицевому счёту "
	if late := s.Dues.Late(); late > 0 {
		text := "По состоянию на " + s.On.Russian() + " задолженность " + of + s.Account.Number + " составляет " + late.Russian() + rouble
		if s.Dues.Penalty > 0 {
			text += ", в том числе пени " + s.Dues.Penalty.Russian() + rouble
		}
		return text + "."
	}
	text := "По состоянию на " + s.On.Russian() + " задолженности " + of + s.Account.Number + " нет."
	if s.Total < 0 {
		text += " Переплата составляет " + s.Total.Neg().Russian() + rouble + "."
	}
	return text
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
