package reports

import (
	"errors"
	"fmt"
	"io"

	"github.com/kvitok-gkh/kvitok/exporters/workbook"
	"github.com/kvitok-gkh/kvitok/housing"
)

const doublesTitle = housing.DoubleSheet

// WriteDoubles writes which services two issuers charge for on the same premises on the same days: both
// sides with their sums and the rows of files that they rest on, and cells to say that both may charge (importers/answers reads them).
func WriteDoubles(w io.Writer, meta Meta, list []housing.Double) (control Control, err error) {
	book, err := workbook.New(meta.options(doublesTitle))
	if err != nil {
		return Control{}, err
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	t, err := newTable(book, meta, table{title: doublesTitle, name: housing.DoubleSheet, columns: doubleColumns()})
	if err != nil {
		return Control{}, err
	}
	for i := range list {
		if err := writeDouble(t, &list[i]); err != nil {
			return Control{}, fmt.Errorf("write a double: %w", err)
		}
	}
	if t.next > t.first {
		column := workbook.Column(len(t.columns) - 2)
		if err := t.sheet.List(fmt.Sprintf("%s%d:%s%d", column, t.first, column, t.next-1), []string{housing.DoubleAnswerRight, housing.DoubleAnswerWrong},
			"«"+housing.DoubleAnswerRight+"» — оба вправе начислять, больше не показывать как двойное; «"+housing.DoubleAnswerWrong+"» — отменить такое решение."); err != nil {
			return Control{}, err
		}
	}
	if control, err = t.finish(); err != nil {
		return Control{}, err
	}
	if err := writeControl([]*table{t}, doublesTitle, control, nil); err != nil {
		return Control{}, err
	}
	if err := book.Instructions(doublesHelp()); err != nil {
		return Control{}, err
	}
	return control, book.Write(w)
}

func writeDouble(t *table, d *housing.Double) error {
	for _, text := range []string{d.House, d.Premises, d.Service.Russian(), d.From.Russian(), d.Through.Russian()} {
		t.text(text)
	}
	for _, side := range []housing.DoubleSide{d.A, d.B} {
		t.text(side.Account)
		t.text(side.Who())
		t.money(side.Amount)
	}
	t.text(d.Kind.Russian() + ": " + d.A.Source.Russian() + "; " + d.B.Source.Russian())
	t.text(d.Other)
	answer, until := "", ""
	if d.Right {
		answer = housing.DoubleAnswerRight
		t.mark()
	}
	if d.Until != 0 {
		until = d.Until.First().Russian()[3:] // the month without its day
	}
	for _, text := range []string{answer, d.Reason, until} {
		t.text(text)
	}
	return t.end()
}

func doubleColumns() []column {
	amount := func(title string) column {
		return column{title: title, width: 9.5, format: workbook.MoneyFormat, align: "right", sum: ofMoney}
	}
	return []column{
		textColumn("Дом", 18), textColumn("Помещение", 10), textColumn(housing.DoubleColumnService, 15), textColumn("С", 9), textColumn("По", 9),
		textColumn(housing.DoubleColumnAccount, 11), textColumn("Начисляет", 17), amount("Сумма, руб."),
		textColumn("Второй счёт", 11), textColumn("Начисляет второй", 17), amount("Второй, руб."),
		textColumn("На чём основано", 22), textColumn(housing.DoubleColumnOther, 11),
		textColumn(housing.DoubleColumnAnswer, 11), textColumn(housing.DoubleColumnReason, 15), textColumn(housing.DoubleColumnUntil, 8.5),
	}
}

func doublesHelp() []string {
	return []string{
		"1. На листе «" + housing.DoubleSheet + "» каждая строка — услуга, которую за одни и те же дни по одному помещению начисляют двое. " +
			"Месяц они не останавливают.",
		"2. Если начисляет лишний: закройте услугу или счёт файлом с датой окончания или передайте строку тому, кто выставил лишнее. Как только " +
			"дни больше не пересекаются, строка исчезнет сама.",
		"3. Если оба вправе начислять (например, реестр поставщика повторяет то, что мы печатаем для него), выберите в столбце «" +
			housing.DoubleColumnAnswer + "» слово «" + housing.DoubleAnswerRight + "» и укажите «" + housing.DoubleColumnReason + "»: без него решение не принимается. Такая пара " +
			"больше не считается двойной, но остаётся в книге.",
		"4. В столбце «" + housing.DoubleColumnUntil + "» можно указать последний месяц, например 03.2027; пусто — до отмены. Отменить решение: «" +
			housing.DoubleAnswerWrong + "» с основанием.",
		"5. Пустая ячейка решения ничего не меняет. Не меняйте услугу, лицевой счёт и столбец «" + housing.DoubleColumnOther + "».",
		"6. Сохраните файл в формате .xlsx и передайте его обратно (команда kvitok doubles --apply ФАЙЛ).",
	}
}
