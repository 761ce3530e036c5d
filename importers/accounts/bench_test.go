package accounts_test

import (
	"fmt"
	"testing"

	"github.com/kvitok-gkh/kvitok/importers/accounts"
	"github.com/kvitok-gkh/kvitok/importers/formattest"
)

func BenchmarkAccountsCSV(b *testing.B) {
	formattest.Bench(b, accounts.NewAccountsCSV(),
		"Лицевой счёт;ЕЛС;Идентификатор ЖКУ;Адрес дома;Квартира;Комната;Вид помещения;Плательщик;"+
			"Площадь, м2;Проживает;Собственников;Право;Действует с;Закрыт\r\n",
		func(n int) string {
			return fmt.Sprintf("%010d;;;г. Примерск, ул. Садовая, д. %d;%d;;квартира;Тестов Иван Петрович;%d,3;2;1;собственник;01.01.2020;\r\n",
				n, n/100+1, n%100+1, n%60+20)
		}, func(int) string { return "" })
}
