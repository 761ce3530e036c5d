package matching_test

import (
	"strings"
	"testing"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline/matching"
)

const (
	gardenGUID = "0c5b2444-70a0-4932-980c-b4dc0d3f02b5"
	peaceGUID  = "5c8b06f1-518e-496e-b683-7bf917e0d70b"
	noGUID     = "11111111-2222-3333-4444-555555555555"
)

func renamedTown() *matching.Index {
	list := []matching.Account{
		{ID: 1, Number: "1", FIAS: strings.ToUpper(gardenGUID), HouseKey: "г. Примерск, ул. Садовая, д. 5", Flat: "1", Payer: "Щербаков Юрий Алексеевич"},
		{ID: 2, Number: "2", FIAS: gardenGUID, HouseKey: "г. Примерск, ул. Садовая, д. 5", Flat: "2", Room: "3", Payer: "Ёлкина Наталья"},
		{ID: 3, Number: "3", FIAS: peaceGUID, HouseKey: "г. Примерск, ул. Мира, д. 5", Flat: "1", Payer: "Щербаков Юрий Алексеевич"},
		{ID: 4, Number: "4", HouseKey: "г. Примерск, ул. Новая, д. 7", Flat: "1", Payer: "Орлов Олег"},
		{ID: 5, Number: "5", HouseKey: "г. Примерск, ул. Старая, д. 9", Flat: "1", Payer: "Орлов Олег"},
		{ID: 6, Number: "6", HouseKey: "г. Примерск, ул. Общая, д. 3", Flat: "1", Payer: "Орлов Олег"},
		{ID: 7, Number: "7", HouseKey: "г. Примерск, ул. Восточная, д. 3", Flat: "1", Payer: "Орлов Олег"},
		{ID: 8, Number: "8", HouseKey: "г. Примерск, ул. Прежняя, д. 7", Flat: "1", Payer: "Орлов Олег"},
	}
	for i := range list {
		list[i].HouseKey = matching.HouseKey(list[i].HouseKey)
	}
	return matching.NewIndex(list).WithRenames([]matching.Rename{
		{Was: "ул. Первомайская", Now: "ул. Красная"},
		{Was: "ул. Красная", Now: "ул. Новая"}, // twice
		{Was: "г. Примерск, ул. Старая", Now: "ул. Светлая"},
		{Was: "г. Другой, ул. Чужая", Now: "ул. Новая"},
		{Was: "ул. Восточная", Now: "ул. Заречная"},
		{Was: "ул. Западная", Now: "ул. Заречная"}, // two became one
		{Was: "ул. Прежняя", Now: "ул. Новая улица"},
		{Was: "ул. Кольцо", Now: "ул. Кольцевая"},
		{Was: "ул. Кольцевая", Now: "ул. Кольцо"},
	})
}

func TestPlacesAndNames(t *testing.T) {
	t.Parallel()
	ix := renamedTown()
	for name, c := range map[string]struct {
		claim   housing.Claim
		account int64
		reason  string
	}{
		"guid and flat":              {housing.Claim{FullName: "Щербаков Ю.А.", Address: gardenGUID + ",1"}, 1, matching.ReasonAddressAndSurname},
		"guid, flat marked, room":    {housing.Claim{FullName: "Елкина Н.", Address: strings.ToUpper(gardenGUID) + ", кв. 2, ком. 3"}, 2, matching.ReasonAddressAndSurname},
		"guid beats the text":        {housing.Claim{FullName: "Щербаков Ю.", Address: peaceGUID + ", г. Примерск, ул. Садовая, д. 5, кв. 1"}, 3, matching.ReasonAddressAndSurname},
		"guid against the number":    {housing.Claim{Account: "1", FullName: "Щербаков Ю.", Address: peaceGUID + ",1"}, 0, matching.ReasonNumberAndAddressDiffer},
		"guid with the number":       {housing.Claim{Account: "1", Address: gardenGUID + ",1"}, 1, matching.ReasonNumberAndAddress},
		"unknown guid, no text":      {housing.Claim{FullName: "Щербаков Ю.", Address: noGUID + ",1"}, 0, matching.ReasonHouseNotFound},
		"unknown guid, text":         {housing.Claim{FullName: "Орлов О.", Address: noGUID + ", г. Примерск, ул. Новая, д. 7, кв. 1"}, 4, matching.ReasonAddressAndSurname},
		"unknown guid, other's text": {housing.Claim{FullName: "Щербаков Ю.", Address: noGUID + ", г. Примерск, ул. Мира, д. 5, кв. 1"}, 0, matching.ReasonHouseNotFound},
		"guid, something else":       {housing.Claim{FullName: "Щербаков Ю.", Address: gardenGUID + ", кв. 1, за углом"}, 0, matching.ReasonAddressNotUnderstood},
		"guid without a flat":        {housing.Claim{FullName: "Щербаков Ю.", Address: gardenGUID}, 0, matching.ReasonFlatMissing},

		"renamed":                {housing.Claim{FullName: "Орлов О.", Address: "г. Примерск, ул. Красная, д. 7, кв. 1"}, 4, matching.ReasonAddressAndSurname},
		"renamed twice":          {housing.Claim{FullName: "Орлов О.", Address: "г. Примерск, Первомайская, д. 7, кв. 1"}, 4, matching.ReasonAddressAndSurname},
		"ours is the old name":   {housing.Claim{Account: "5", Address: "г. Примерск, ул. Светлая, д. 9, кв. 1"}, 5, matching.ReasonNumberAndAddress},
		"renamed in other town":  {housing.Claim{FullName: "Орлов О.", Address: "г. Примерск, ул. Чужая, д. 7, кв. 1"}, 0, matching.ReasonHouseNotFound},
		"two streets became one": {housing.Claim{FullName: "Орлов О.", Address: "г. Примерск, ул. Заречная, д. 3, кв. 1"}, 0, matching.ReasonHouseNotFound},
		"a ring of renames":      {housing.Claim{FullName: "Орлов О.", Address: "г. Примерск, ул. Кольцо, д. 3, кв. 1"}, 0, matching.ReasonHouseNotFound},

		"latin passport":      {housing.Claim{FullName: "SHCHERBAKOV IURII", Address: gardenGUID + ",1"}, 1, matching.ReasonAddressAndSurname},
		"latin, older":        {housing.Claim{Account: "1", FullName: "Shcherbakov Yuriy Alekseevich"}, 1, matching.ReasonNumberAndSurname},
		"latin, first first":  {housing.Claim{Account: "1", FullName: "Yury Alekseyevich Shcherbakov"}, 1, matching.ReasonNumberAndSurname},
		"latin, ё and ь":      {housing.Claim{Account: "2", FullName: "Elkina Nataliia"}, 2, matching.ReasonNumberAndSurname},
		"latin, wife":         {housing.Claim{FullName: "Shcherbakova Olga", Address: gardenGUID + ",1"}, 1, matching.ReasonAddressAndHousehold},
		"latin, another":      {housing.Claim{Account: "1", FullName: "Smirnov Yuriy", Address: gardenGUID + ",1"}, 0, matching.ReasonSurnameDiffers},
		"latin, a slip":       {housing.Claim{Account: "1", FullName: "Sherbakov Yuriy"}, 0, matching.ReasonSurnameDiffers},
		"a name finds nobody": {housing.Claim{FullName: "Shcherbakov Yuriy"}, 0, matching.ReasonNothingToCompare},
	} {
		d := ix.Match(c.claim)
		if d.AccountID != c.account || d.Reason != c.reason {
			t.Errorf("%s: %s %d %s, want %d %s\n%s", name, d.Status, d.AccountID, d.Reason, c.account, c.reason, d.Evidence.Russian())
		}
	}
}

// TestTail proves that what was not understood reaches the operator.
func TestTail(t *testing.T) {
	t.Parallel()
	d := renamedTown().Match(housing.Claim{FullName: "Орлов О.", Address: "г. Примерск, ул. Новая, д. 7, кв. 1, за углом"})
	if want := "адрес понят не полностью; в адресе не разобрано: «ЗА УГЛОМ»"; d.Russian() != want {
		t.Errorf("told %q, want %q", d.Russian(), want)
	}
	if d := renamedTown().Match(housing.Claim{Account: "4"}); d.Russian() != matching.ReasonText(matching.ReasonNumberUnconfirmed) {
		t.Errorf("told %q", d.Russian())
	}
}
