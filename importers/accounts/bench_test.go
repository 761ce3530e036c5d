package accounts_test

import (
	"fmt"
	"testing"

	"github.com/kvitok-gkh/kvitok/importers/accounts"
	"github.com/kvitok-gkh/kvitok/importers/formattest"
)

func noTail(int) string { return "" }

func BenchmarkAccountsCSV(b *testing.B) {
	formattest.Bench(b, accounts.NewAccountsCSV(),
		"Лицевой счёт;ЕЛС;Идентификатор ЖКУ;Адрес дома;Квартира;Комната;Вид помещения;Плательщик;"+
			"Площадь, м2;Проживает;Собственников;Право;Действует с;Закрыт\r\n",
		func(n int) string {
			return fmt.Sprintf("%010d;;;г. Примерск, ул. Садовая, д. %d;%d;;квартира;Тестов Иван Петрович;%d,3;2;1;собственник;01.01.2020;\r\n",
				n, n/100+1, n%100+1, n%60+20)
		}, noTail)
}

func BenchmarkMetersCSV(b *testing.B) {
	formattest.Bench(b, accounts.NewMetersCSV(),
		"Лицевой счёт;Услуга;Номер прибора;Зоны;Разрядность;Дата ввода;Поверен до;Начальные показания\r\n",
		func(n int) string {
			return fmt.Sprintf("%010d;%s;ХВ-%06d;1;5;01.06.2022;01.06.2028;%d,123\r\n", n/2, water(n), n, n%900)
		}, noTail)
}

func BenchmarkBalancesCSV(b *testing.B) {
	formattest.Bench(b, accounts.NewBalancesCSV(), "Лицевой счёт;Услуга;ИНН получателя;Месяц;Сальдо\r\n",
		func(n int) string {
			return fmt.Sprintf("%010d;%s;9900123450;10.2026;%d,50\r\n", n/2, water(n), n%9000)
		}, noTail)
}

func water(n int) string {
	return [...]string{"Холодное водоснабжение", "Горячее водоснабжение"}[n%2]
}
