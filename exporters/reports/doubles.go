package reports

import (
	"errors"
	"fmt"
	"io"

	"github.com/kvitok-gkh/kvitok/exporters/workbook"
	"github.com/kvitok-gkh/kvitok/housing"
)

const doublesTitle = "Двойные начисления"

// WriteDoubles writes which services two issuers charge for on the same premises on the same days: both
// sides with their sums and the rows of files that they rest on.
func WriteDoubles(w io.Writer, meta Meta, list []housing.Double) (control Control, err error) {
	book, err := workbook.New(meta.options(doublesTitle))
	if err != nil {
		return Control{}, err
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	t, err := newTable(book, meta, table{title: doublesTitle, name: "Двойные начисления", columns: doubleColumns()})
	if err != nil {
		return Control{}, err
	}
	for i := range list {
		d := &list[i]
		for _, text := range []string{d.House, d.Premises, d.Service.Russian(), d.From.Russian(), d.Through.Russian()} {
			t.text(text)
		}
		for _, side := range []housing.DoubleSide{d.A, d.B} {
			t.text(side.Issuer)
			t.text(side.Payee)
			t.text(side.Account)
			t.money(side.Amount)
			t.text(side.Source.Russian())
		}
		t.text(d.Kind.Russian())
		if err := t.end(); err != nil {
			return Control{}, fmt.Errorf("write a double: %w", err)
		}
	}
	if control, err = t.finish(); err != nil {
		return Control{}, err
	}
	if err := writeControl([]*table{t}, doublesTitle, control, nil); err != nil {
		return Control{}, err
	}
	return control, book.Write(w)
}

func doubleColumns() []column {
	columns := []column{textColumn("Дом", 34), textColumn("Помещение", 14), textColumn("Услуга", 28), textColumn("С", 12), textColumn("По", 12)}
	for _, side := range []string{"Первый", "Второй"} {
		for _, c := range []column{
			textColumn("выставляет", 26), textColumn("получатель", 26), textColumn("счёт", 16),
			{title: "сумма, руб.", width: 14, format: workbook.MoneyFormat, align: "right", sum: ofMoney},
			textColumn("основание", 30),
		} {
			c.group = side
			columns = append(columns, c)
		}
	}
	return append(columns, textColumn("Вид", 30))
}
