package accounts_test

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/kvitok-gkh/kvitok/importers/accounts"
	"github.com/kvitok-gkh/kvitok/importers/formattest"
)

func BenchmarkAccountsWorkbook(b *testing.B) {
	const rows = 10_000
	table := make([][]any, 0, rows+1)
	table = append(table, []any{
		"Лицевой счёт", "Адрес дома", "Квартира", "Вид помещения", "Плательщик", "Площадь, м²", "Проживает",
		"Собственников", "Право", "Действует с",
	})
	for n := range rows {
		table = append(table, []any{
			fmt.Sprintf("%010d", n), fmt.Sprintf("г. Примерск, ул. Садовая, д. %d", n/100+1), strconv.Itoa(n%100 + 1), "квартира",
			"Тестов Иван Петрович", 54.3, 2, 1, "собственник", "01.01.2020",
		})
	}
	content := formattest.Workbook(b, formattest.Book{Sheets: []formattest.Sheet{{Name: "Лицевые счета", Rows: table}}})
	formattest.Rows(b, accounts.NewWorkbook(), content, rows)
}
