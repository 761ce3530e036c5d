package matching_test

import (
	"testing"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline/matching"
)

// TestNames compares names at one flat: the decision shows how they stand to each other.
func TestNames(t *testing.T) {
	t.Parallel()
	const same, family, other = matching.ReasonAddressAndSurname, matching.ReasonAddressAndHousehold, matching.ReasonSurnameDiffers
	for _, c := range []struct{ claimed, payer, want string }{
		{"ИВАНОВ И.И.", "Иванов Иван Иванович", same},
		{"И.И. Иванов", "Иванов Иван Иванович", same},
		{"И. И. ИВАНОВ", "Иванов И.", same},
		{"Иванов", "Иванов Иван", same},
		{"Иван Иванович Иванов", "Иванов Иван Иванович", same},
		{"Ивaнoв Ивaн", "Иванов Иван", same},
		{"Семенов Петр", "Семёнов Пётр", same},
		{"Зайцев\u00a0 Андреи\u0306", "Зайцев Андрей", same},
		{"Иванова Наталья", "Иванова Наталия", same},
		{"Иванов Иван Геннадиевич", "Иванов Иван Геннадьевич", same},
		{"Петров-Водкин К.", "ПЕТРОВ – ВОДКИН К.", family},
		{"Петров‑Водкин К.", "Петров-Водкин Кузьма", same},
		{"Сидоров С.", "Иванов И.И., Сидоров С.С.", same},
		{"ИП Иванов И.И.", "Иванов Иван Иванович", same},
		{"Иванова Мария", "Иванов Иван", family},
		{"Иванов Пётр", "Иванов Иван", family},
		{"Жуковская А.", "Жуковский Б.", family},
		{"Петрова Анна", "Петрова-Водкина Ольга", family},
		{"Ильина И", "Ильин И", family},
		{"Ивонов Иван", "Иванов Иван", other},
		{"Иваненко Иван", "Иванов Иван", other},
		{"ООО Лютик", "ООО Ромашка", other},
		{"ООО «Ромашка»", "ООО \"РОМАШКА\"", same},
		{"Ким А.", "Ли А.", other},
		{"---", "Ли А.", matching.ReasonSurnameUnknown},
	} {
		ix := matching.NewIndex([]matching.Account{{ID: 1, HouseKey: matching.HouseKey(garden), Flat: "1", Payer: c.payer}})
		if d := ix.Match(housing.Claim{FullName: c.claimed, Address: garden + "кв. 1"}); d.Reason != c.want {
			t.Errorf("%q beside %q: %s, want %s", c.claimed, c.payer, d.Reason, c.want)
		}
	}
}
