package matching_test

import (
	"testing"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline/matching"
)

// villages are two of one name with a house of flats each, and a family with two accounts in one flat.
func villages() *matching.Index {
	list := []matching.Account{
		{ID: 1, Number: "0000000101", HouseKey: "Лесной р-н, с. Ивановка, ул. Садовая, д. 5", Flat: "1", Payer: "Орлов Олег Ильич"},
		{ID: 2, Number: "0000000102", HouseKey: "Полевой р-н, с. Ивановка, ул. Садовая, д. 5", Flat: "1", Payer: "Соколов Пётр Ильич"},
		{ID: 3, Number: "0000000103", HouseKey: "Лесной р-н, с. Ивановка, ул. Садовая, д. 5", Flat: "2", Payer: "Зайцев Олег Ильич"},
		{ID: 4, Number: "0000000104", HouseKey: "Полевой р-н, с. Ивановка, ул. Садовая, д. 5", Flat: "2"},
		{ID: 5, Number: "0000000105", HouseKey: "г. Примерск, ул. Мира, д. 7", Flat: "3", Payer: "Соболев Андрей Геннадьевич"},
		{ID: 6, Number: "0000000106", HouseKey: "г. Примерск, ул. Мира, д. 7", Flat: "3", Payer: "Соболев Илья Фёдорович"},
		{ID: 7, Number: "0000000107", HouseKey: "г. Примерск, ул. Мира, д. 7", Flat: "4", Payer: "Белов Игорь Олегович"},
		{ID: 8, Number: "0000000108", HouseKey: "пгт Лесной, ул. Мира, д. 7", Flat: "4", Payer: "Белов Игорь Олегович"},
	}
	for i := range list {
		list[i].HouseKey = matching.HouseKey(list[i].HouseKey)
	}
	return matching.NewIndex(list)
}

// What is beyond doubt links although a part is missing; whatever leaves room for another person is asked.
func TestBeyondDoubt(t *testing.T) {
	t.Parallel()
	const village = "с. Ивановка, ул. Садовая, д. 5, кв. "
	const flat = "г. Примерск, ул. Мира, д. 7, кв. "
	ix := villages()
	for name, c := range map[string]struct {
		claim   housing.Claim
		account int64 // 0: asked
		reason  string
	}{
		"the only one of the very name in either village": {housing.Claim{FullName: "Орлов Олег Ильич", Address: village + "1"}, 1, matching.ReasonAddressAndSurname},
		"with initials it may be another":                 {housing.Claim{FullName: "Орлов О.И.", Address: village + "1"}, 0, matching.ReasonSeveralHouses},
		"the payer of the other village is not known":     {housing.Claim{FullName: "Зайцев Олег Ильич", Address: village + "2"}, 0, matching.ReasonSeveralHouses},
		"a relative has an account of that flat":          {housing.Claim{FullName: "Соболев Андрей", Address: flat + "3"}, 0, matching.ReasonSeveralInPremises},
		"told apart by the patronymic":                    {housing.Claim{FullName: "Соболев Андрей Геннадьевич", Address: flat + "3"}, 5, matching.ReasonAddressAndSurname},
		"no town, a number without zeros":                 {housing.Claim{Account: "107", FullName: "Белов И. О.", Address: "ул. Мира, 7, кв. 4"}, 7, matching.ReasonAddressAndSurname},
		"no town":                                         {housing.Claim{FullName: "Белов Игорь Олегович", Address: "ул. Мира, 7, кв. 4"}, 0, matching.ReasonSeveralHouses},
		"no town, a number without zeros, another payer":  {housing.Claim{Account: "107", FullName: "Белова Анна", Address: "ул. Мира, 7, кв. 4"}, 0, matching.ReasonSeveralHouses},
		"a relative, a number without zeros":              {housing.Claim{Account: "107", FullName: "Белова Анна", Address: flat + "4"}, 7, matching.ReasonAddressAndHousehold},
		"a relative, a number of somebody else":           {housing.Claim{Account: "777", FullName: "Белова Анна", Address: flat + "4"}, 0, matching.ReasonSurnameDiffers},
		"one letter of a short street, number and name":   {housing.Claim{Account: "0000000107", FullName: "Белов Игорь", Address: "г. Примерск, ул. Мыра, д. 7, кв. 4"}, 7, matching.ReasonNumberAndSurname},
		"one letter of a short street without the number": {housing.Claim{FullName: "Белов Игорь Олегович", Address: "г. Примерск, ул. Мыра, д. 7, кв. 4"}, 0, matching.ReasonHouseNotFound},
		"one letter of the surname, first name, number":   {housing.Claim{Account: "0000000107", FullName: "Белцв Игорь", Address: flat + "4"}, 7, matching.ReasonNumberAndAddress},
		"one letter of the surname, another first name":   {housing.Claim{Account: "0000000107", FullName: "Белцв Пётр", Address: flat + "4"}, 0, matching.ReasonSurnameDiffers},
		"one letter of the surname, a patronymic says no": {housing.Claim{Account: "0000000107", FullName: "Белцв Игорь Ильич", Address: flat + "4"}, 0, matching.ReasonSurnameDiffers},
		"one letter of the surname, initials":             {housing.Claim{Account: "0000000107", FullName: "Белцв И.О.", Address: flat + "4"}, 0, matching.ReasonSurnameDiffers},
		"one letter of the surname, without the number":   {housing.Claim{FullName: "Белцв Игорь Олегович", Address: flat + "4"}, 0, matching.ReasonSurnameDiffers},
		"one letter of the surname, the flat is left out": {housing.Claim{Account: "0000000107", FullName: "Белцв Игорь", Address: "г. Примерск, ул. Мира, д. 7"}, 0, matching.ReasonSurnameDiffers},
	} {
		d := ix.Match(c.claim)
		if d.AccountID != c.account || d.Reason != c.reason || (d.Status == matching.Linked) != (c.account != 0) {
			t.Errorf("%s: %s %d %s, want %d %s\n%s", name, d.Status, d.AccountID, d.Reason, c.account, c.reason, d.Evidence.Russian())
		}
	}
}
