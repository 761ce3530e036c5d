package profiled_test

import (
	"fmt"
	"testing"

	"github.com/kvitok-gkh/kvitok/importers/formattest"
	"github.com/kvitok-gkh/kvitok/importers/profiled"
	"github.com/kvitok-gkh/kvitok/profiles"
)

// benchBuiltin decodes rows of a built-in profile.
func benchBuiltin(b *testing.B, profile string, row func(n int) string, tail func(rows int) string) {
	b.Helper()
	format, err := builtin(b).ByName(profile)
	if err != nil {
		b.Fatal(err)
	}
	formattest.Bench(b, format, "", row, tail)
}

func noTail(int) string { return "" }

func BenchmarkSberA(b *testing.B) {
	benchBuiltin(b, "sber-payments-a",
		func(n int) string {
			return fmt.Sprintf("02-10-2026;09-15-00;9999/00138;9999999V;%012d;%010d;ТЕСТОВ ИВАН ПЕТРОВИЧ;"+
				"г. Примерск, ул. Примерная, д. 1, кв. 1;0926;1500,00;1478,40;21,60;2\r\n", n+1, n)
		}, func(rows int) string {
			return fmt.Sprintf("=%d;%d00,00;%d,00;%d,00;411378;03-10-2026\r\n", rows, rows*15, rows/10*14784, rows/10*216)
		})
}

func BenchmarkSberPipe(b *testing.B) {
	benchBuiltin(b, "sber-pipe-payments", func(n int) string {
		return fmt.Sprintf("03.10.2026|000042|02.10.2026|00138|%05d|%06d|%07d.00|%010d\r\n", n/1000, n%1000, n%9000+1, n)
	}, noTail)
}

func BenchmarkBank17(b *testing.B) {
	benchBuiltin(b, "bank-payments-17", func(n int) string {
		return fmt.Sprintf("%013d|1500.00|021026%020d|411378|03.10.2026|%d|12.5||||||||||\r\n", 1_000_000_000_000+n, n, n)
	}, noTail)
}

func BenchmarkReadings(b *testing.B) {
	benchBuiltin(b, "rso-readings-csv", func(n int) string {
		return fmt.Sprintf("ООО УК ПРИМЕР;%013d;г. Примерск, ул. Примерная, д. %d, кв. %d;501;ХВ-%06d;25.10.2026;%d.125\r\n",
			1_000_000_000_000+n, n/100+1, n%100+1, n, n%900)
	}, noTail)
}

// No built-in csv holds residents: an administrator describes that of his partner.
func BenchmarkResidents(b *testing.B) {
	p, err := profiles.Parse([]byte(`name: residents
version: 1
title: Жильцы
subject: residents
kind: csv
columns:
  - {head: Лицевой счёт, field: account, required: true}
  - {head: ФИО, field: full_name, required: true}
  - {head: Адрес, field: address}
  - {head: Телефон, field: phone}
  - {head: Доля, field: share}
`))
	if err != nil {
		b.Fatal(err)
	}
	format, err := profiled.New(p)
	if err != nil {
		b.Fatal(err)
	}
	formattest.Bench(b, format, "Лицевой счёт;ФИО;Адрес;Телефон;Доля\r\n", func(n int) string {
		return fmt.Sprintf("%010d;Тестов Иван Петрович;г. Примерск, ул. Примерная, д. %d, кв. %d;+7 900 123-45-67;1/2\r\n", n, n/100+1, n%100+1)
	}, noTail)
}
