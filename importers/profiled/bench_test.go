package profiled_test

import (
	"fmt"
	"testing"

	"github.com/kvitok-gkh/kvitok/importers/formattest"
)

func BenchmarkSberA(b *testing.B) {
	format, err := builtin(b).ByName("sber-payments-a")
	if err != nil {
		b.Fatal(err)
	}
	formattest.Bench(b, format, "",
		func(n int) string {
			return fmt.Sprintf("02-10-2026;09-15-00;9999/00138;9999999V;%012d;%010d;ТЕСТОВ ИВАН ПЕТРОВИЧ;"+
				"г. Примерск, ул. Примерная, д. 1, кв. 1;0926;1500,00;1478,40;21,60;2\r\n", n+1, n)
		}, func(rows int) string {
			return fmt.Sprintf("=%d;%d00,00;%d,00;%d,00;411378;03-10-2026\r\n", rows, rows*15, rows/10*14784, rows/10*216)
		})
}
