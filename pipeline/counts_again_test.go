package pipeline_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Meters that fail on 20 October, two days after a reading, and are not read when they count again. Twelve days by the average of
// September, 5 × 12/31 = 1.9354839 m³ × 40 = 77.42, stand for October's rest.
//
//   - 001 counts again on 1 November: 108 → 118 less those days, 8.0645161 × 40 = 322.58; December 400.00
//   - 002 counts again on 10 November: November by average, 5 × 9/30 and 5 × 21/30 m³. Its reading of the 24th came within the latter, 7
//     days of them after it: 118 → 128 less 5 × 7/30, 8.8333333 × 40 = 353.33
//   - 003 as 001, but it shows less than the average: nothing, and 1 − 1.9354839 back, −37.42
func TestMeterCountsAgain(t *testing.T) {
	t.Parallel()
	m := newMadeOffice(t, parameter("average.full_months", "1"), parameter("average.min_months", "1"))
	m.give(t, madeHeader, m.account("001", "1", "50", "01.01.2024", ""), m.account("002", "2", "50", "01.01.2024", ""),
		m.account("003", "3", "50", "01.01.2024", ""))
	m.services(t, "Холодное водоснабжение")
	m.waterRates(t)
	m.give(t, "Лицевой счёт;Услуга;Номер прибора;Разрядность;Дата ввода;Начальные показания",
		"001;ХВС;А;5;31.08.2026;100", "002;ХВС;Б;5;31.08.2026;100", "003;ХВС;В;5;31.08.2026;100")
	m.give(t, controlHeader, "001;ХВС;А;30.09.2026;105", "002;ХВС;Б;30.09.2026;105", "003;ХВС;В;30.09.2026;105",
		"001;ХВС;А;18.10.2026;108", "002;ХВС;Б;18.10.2026;108", "003;ХВС;В;18.10.2026;108",
		"001;ХВС;А;24.11.2026;118", "002;ХВС;Б;24.11.2026;118", "003;ХВС;В;24.11.2026;109",
		"001;ХВС;А;24.12.2026;128", "002;ХВС;Б;24.12.2026;128", "003;ХВС;В;24.12.2026;119")
	m.give(t, meterActHeader, "001;ХВС;А;вышел из строя;20.10.2026;01.11.2026;Акт № 1",
		"002;ХВС;Б;вышел из строя;20.10.2026;10.11.2026;Акт № 2", "003;ХВС;В;вышел из строя;20.10.2026;01.11.2026;Акт № 3")
	for _, month := range []struct {
		name string
		want []string
	}{
		{"2026-09", []string{"001 cold_water R2.1.1 200.00", "002 cold_water R2.1.1 200.00", "003 cold_water R2.1.1 200.00"}},
		{"2026-10", []string{
			"001 cold_water R2.1.1 120.00", "001 cold_water R2.11a 77.42", "002 cold_water R2.1.1 120.00", "002 cold_water R2.11a 77.42",
			"003 cold_water R2.1.1 120.00", "003 cold_water R2.11a 77.42",
		}},
		{"2026-11", []string{
			"001 cold_water R2.1.1 322.58", "002 cold_water R2.11a 60.00", "002 cold_water R2.11b 140.00",
			"003 cold_water R2.1.1 0.00", "003 cold_water R2.11.7 -37.42",
		}},
		{"2026-12", []string{"001 cold_water R2.1.1 400.00", "002 cold_water R2.1.1 353.33", "003 cold_water R2.1.1 400.00"}},
	} {
		if diff := cmp.Diff(month.want, m.charge(t, month.name)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", month.name, diff)
		}
	}
}
