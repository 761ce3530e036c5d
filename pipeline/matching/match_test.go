package matching_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline/matching"
)

// town is a small registry with what matching must not stumble over: a communal flat, father and
// son with accounts of their own, two villages, a street of one name in two towns, a private house.
func town() *matching.Index {
	list := []matching.Account{
		{ID: 1, Number: "0001234567", Unified: "10АА123456", ServiceID: "10АА123456-01", Elsewhere: []string{"ЭС-77", "ОБЩ-1"}, HouseKey: "г. Примерск, ул. Садовая, д. 5", Flat: "1", Payer: "Иванов Иван Иванович"},
		{ID: 2, Number: "100000000000002", Elsewhere: []string{"ОБЩ-1", "6"}, HouseKey: "г. Примерск, ул. Садовая, д. 5", Flat: "2", Payer: "Петрова-Водкина Анна Сергеевна"},
		{ID: 3, Number: "АБ-3", HouseKey: "г. Примерск, ул. Садовая, д. 5", Flat: "3", Room: "1", Payer: "Сидоров Пётр"},
		{ID: 4, Number: "АБ-4", HouseKey: "г. Примерск, ул. Садовая, д. 5", Flat: "3", Room: "2", Payer: "Королёва Ольга"},
		{ID: 5, Number: "5", HouseKey: "г. Примерск, ул. Садовая, д. 5", Flat: "4", Payer: "Кузнецов Игорь Олегович"},
		{ID: 6, Number: "6", HouseKey: "г. Примерск, ул. Садовая, д. 5", Flat: "4", Payer: "Кузнецов Олег Игоревич"},
		{ID: 7, Number: "7", HouseKey: "г. Примерск, ул. Садовая, д. 5", Flat: "5"},
		{ID: 8, Number: "8", HouseKey: "Лесной р-н, с. Ивановка, ул. Садовая, д. 5", Payer: "Орлов Олег"},
		{ID: 9, Number: "9", HouseKey: "Полевой р-н, с. Ивановка, ул. Садовая, д. 5", Payer: "Соколов Олег"},
		{ID: 10, Number: "10", HouseKey: "г. Примерск, пер. Садовая, д. 5", Flat: "9", Payer: "Зайцев З.З."},
		{ID: 11, Number: "11", HouseKey: "г. Примерск, ул. Садовая, д. 5", Flat: "6", Payer: "ООО Ромашка"},
		{ID: 12, Number: "12", Unified: "10АА000012", HouseKey: "г. Примерск, ул. Мира, д. 1", Flat: "1", Payer: "Белый Фёдор"},
		{ID: 13, Number: "13", Unified: "10АА000012", HouseKey: "г. Примерск, ул. Мира, д. 1", Flat: "2", Payer: "Белый Фёдор"},
	}
	for i := range list {
		list[i].HouseKey = matching.HouseKey(list[i].HouseKey)
	}
	return matching.NewIndex(list)
}

const garden = "г. Примерск, ул. Садовая, д. 5, "

func TestMatchLinks(t *testing.T) {
	t.Parallel()
	ix := town()
	for name, c := range map[string]struct {
		claim   housing.Claim
		account int64
		reason  string
	}{
		"number and address":              {housing.Claim{Account: "0001234567", FullName: "ИВАНОВ И.И.", Address: garden + "кв. 1"}, 1, matching.ReasonNumberAndAddress},
		"number elsewhere and address":    {housing.Claim{Account: "ЭС-77", Address: garden + "кв. 1"}, 1, matching.ReasonElsewhereAndAddress},
		"number elsewhere and surname":    {housing.Claim{Account: "ЭС-77", FullName: "Иванов И."}, 1, matching.ReasonElsewhereAndSurname},
		"our number before elsewhere":     {housing.Claim{Account: "6", FullName: "Кузнецов Олег"}, 6, matching.ReasonNumberAndSurname},
		"number and surname":              {housing.Claim{Account: "0001234567", FullName: "иванов и и"}, 1, matching.ReasonNumberAndSurname},
		"number, wife, same flat":         {housing.Claim{Account: "0001234567", FullName: "Иванова Мария", Address: garden + "кв. 1"}, 1, matching.ReasonNumberAndAddress},
		"number, town left out":           {housing.Claim{Account: "0001234567", FullName: "Иванов Иван", Address: "Садовая 5-1"}, 1, matching.ReasonNumberAndAddress},
		"number, street misspelt":         {housing.Claim{Account: "0001234567", FullName: "Иванов Иван", Address: "г. Примерск, ул. Садоваая, д. 5, кв. 1"}, 1, matching.ReasonNumberAndSurname},
		"number, payer unknown":           {housing.Claim{Account: "7", FullName: "Новый Жилец", Address: garden + "кв. 5"}, 7, matching.ReasonNumberAndAddress},
		"unified":                         {housing.Claim{Unified: "10аа123456", FullName: "Иванов Иван"}, 1, matching.ReasonUnifiedAndSurname},
		"service id as a number":          {housing.Claim{Account: "10АА123456-01", FullName: "", Address: garden + "1"}, 1, matching.ReasonUnifiedAndAddress},
		"unified of two, flat tells":      {housing.Claim{Unified: "10АА000012", FullName: "Белый Ф.", Address: "Примерск, Мира, 1, 2"}, 13, matching.ReasonUnifiedAndAddress},
		"address and surname":             {housing.Claim{FullName: "Пeтpoвa-Boдкина A.C.", Address: garden + "кв 2"}, 2, matching.ReasonAddressAndSurname},
		"hyphen left out":                 {housing.Claim{FullName: "Петров Олег", Address: garden + "кв 2"}, 2, matching.ReasonAddressAndHousehold},
		"ё and room":                      {housing.Claim{FullName: "Королева Ольга", Address: garden + "кв. 3, ком. 2"}, 4, matching.ReasonAddressAndSurname},
		"communal flat, room left out":    {housing.Claim{FullName: "Сидоров П.", Address: garden + "кв. 3"}, 3, matching.ReasonAddressAndSurname},
		"house and flat after one marker": {housing.Claim{FullName: "Иванов И.", Address: "г. Примерск, ул. Садовая, д. 5-1"}, 1, matching.ReasonAddressAndSurname},
		"father":                          {housing.Claim{FullName: "Кузнецов Олег Игоревич", Address: garden + "кв. 4"}, 6, matching.ReasonAddressAndSurname},
		"first name first":                {housing.Claim{FullName: "Олег Игоревич Кузнецов", Address: garden + "кв. 4"}, 6, matching.ReasonAddressAndSurname},
		"village by district":             {housing.Claim{FullName: "Орлов О.", Address: "Лесной район, село Ивановка, Садовая, 5"}, 8, matching.ReasonAddressAndSurname},
		"no types":                        {housing.Claim{FullName: "Зайцев З.З.", Address: "Примерск, пер. Садовая, 5, 9"}, 10, matching.ReasonAddressAndSurname},
		"organisation":                    {housing.Claim{FullName: "ООО «Ромашка»", Address: garden + "кв. 6"}, 11, matching.ReasonAddressAndSurname},
		"foreign number, right address":   {housing.Claim{Account: "999888", FullName: "Зайцев З.", Address: "Примерск, пер. Садовая, 5, 9"}, 10, matching.ReasonAddressAndSurname},
		"lost zeros, address and name":    {housing.Claim{Account: "1234567", FullName: "Иванов И.И.", Address: garden + "кв. 1"}, 1, matching.ReasonAddressAndSurname},
	} {
		d := ix.Match(c.claim)
		if d.Status != matching.Linked || d.AccountID != c.account || d.Reason != c.reason {
			t.Errorf("%s: %s %d %s, want %d %s\n%s", name, d.Status, d.AccountID, d.Reason, c.account, c.reason, d.Evidence.Russian())
		}
	}
}

func TestMatchQuestions(t *testing.T) {
	t.Parallel()
	ix := town()
	for name, c := range map[string]struct {
		claim     housing.Claim
		reason    string
		candidate int64 // the likeliest, 0: none
	}{
		"address contradicts":               {housing.Claim{Account: "0001234567", FullName: "Иванов И.И.", Address: "г. Примерск, ул. Мира, д. 1, кв. 1"}, matching.ReasonNumberAndAddressDiffer, 1},
		"number elsewhere alone":            {housing.Claim{Account: "ЭС-77"}, matching.ReasonElsewhereUnconfirmed, 1},
		"number elsewhere, other flat":      {housing.Claim{Account: "ЭС-77", FullName: "Белый Ф.", Address: "г. Примерск, ул. Мира, д. 1, кв. 1"}, matching.ReasonElsewhereAndAddressDiffer, 12},
		"number elsewhere, other unified":   {housing.Claim{Account: "ОБЩ-1", Unified: "10АА000012", FullName: "Белый Ф.", Address: "Примерск, Мира, 1, 2"}, matching.ReasonElsewhereAndUnifiedDiffer, 13},
		"number elsewhere of two":           {housing.Claim{Account: "ОБЩ-1", FullName: "Иванов И."}, matching.ReasonSeveralElsewhere, 1},
		"flat contradicts":                  {housing.Claim{Account: "0001234567", FullName: "Иванов И.И.", Address: garden + "кв. 2"}, matching.ReasonFlatDiffers, 1},
		"street misspelt, flat contradicts": {housing.Claim{Account: "0001234567", FullName: "Иванов И.И.", Address: "г. Примерск, ул. Садоваая, д. 5, кв. 2"}, matching.ReasonFlatDiffers, 1},
		"surname contradicts":               {housing.Claim{Account: "0001234567", FullName: "Смирнов И.И.", Address: garden + "кв. 1"}, matching.ReasonSurnameDiffers, 1},
		"number alone":                      {housing.Claim{Account: "0001234567"}, matching.ReasonNumberUnconfirmed, 1},
		"number, wife, no address":          {housing.Claim{Account: "0001234567", FullName: "Иванова Мария"}, matching.ReasonNumberUnconfirmed, 1},
		"number and unified differ":         {housing.Claim{Account: "5", Unified: "10АА123456", FullName: "Иванов И."}, matching.ReasonNumberAndUnifiedDiffer, 1},
		"two accounts of one unified":       {housing.Claim{Unified: "10АА000012", FullName: "Белый Ф."}, matching.ReasonSeveralByUnified, 12},
		"lost zeros":                        {housing.Claim{Account: "1234567", FullName: "Иванов И.И."}, matching.ReasonNumberSpoiled, 1},
		"exponent":                          {housing.Claim{Account: "1,00E+14", FullName: "Петрова А"}, matching.ReasonNumberSpoiled, 2},
		"look-alike":                        {housing.Claim{Account: "AБ-3", FullName: "Сидоров П."}, matching.ReasonNumberSpoiled, 3},
		"other letters":                     {housing.Claim{Account: "AB-3"}, matching.ReasonNumberNotFound, 0},
		"spaces":                            {housing.Claim{Account: " АБ-3"}, matching.ReasonNumberSpoiled, 3},
		"lost zeros, other address":         {housing.Claim{Account: "1234567", FullName: "Орлов О.", Address: "Лесной р-н, с. Ивановка, Садовая, 5"}, matching.ReasonNumberSpoiled, 8},
		"not found":                         {housing.Claim{Account: "777", FullName: "Иванов И.И."}, matching.ReasonNumberNotFound, 0},
		"unified not found":                 {housing.Claim{Unified: "10АА999999"}, matching.ReasonUnifiedNotFound, 0},
		"nothing":                           {housing.Claim{FullName: "Иванов И.И."}, matching.ReasonNothingToCompare, 0},
		"initials fit both":                 {housing.Claim{FullName: "Кузнецов", Address: garden + "кв. 4"}, matching.ReasonSeveralInPremises, 5},
		"two villages":                      {housing.Claim{FullName: "Орлов О.", Address: "с. Ивановка, ул. Садовая, 5"}, matching.ReasonSeveralHouses, 8},
		"street or lane":                    {housing.Claim{FullName: "Иванов И.И.", Address: "Примерск, Садовая, 5, 1"}, matching.ReasonSeveralHouses, 1},
		"no town":                           {housing.Claim{FullName: "Белый Ф.", Address: "ул. Мира, 1, кв. 1"}, matching.ReasonAddressIncomplete, 12},
		"no house number":                   {housing.Claim{FullName: "Белый Ф.", Address: "г. Примерск, ул. Мира"}, matching.ReasonAddressIncomplete, 0},
		"no flat":                           {housing.Claim{FullName: "Белый Ф.", Address: "г. Примерск, ул. Мира, 1"}, matching.ReasonFlatMissing, 12},
		"no such flat":                      {housing.Claim{FullName: "Белый Ф.", Address: "г. Примерск, ул. Мира, 1, кв. 99"}, matching.ReasonFlatNotFound, 12},
		"no such room":                      {housing.Claim{FullName: "Сидоров", Address: garden + "кв. 3, ком. 9"}, matching.ReasonRoomNotFound, 3},
		"no such house":                     {housing.Claim{FullName: "Белый Ф.", Address: "г. Примерск, ул. Мирра, 77, кв. 1"}, matching.ReasonHouseNotFound, 0},
		"misspelt street proposes":          {housing.Claim{FullName: "Зайцев З.З.", Address: "г. Примерск, пер. Садовоя, 5, кв. 9"}, matching.ReasonHouseNotFound, 10},
		"not understood":                    {housing.Claim{FullName: "Белый Ф.", Address: "г. Примерск, ул. Мира, 1, кв. 1, за углом"}, matching.ReasonAddressNotUnderstood, 12},
		"other surname at the flat":         {housing.Claim{FullName: "Смирнов И.И.", Address: garden + "кв. 1"}, matching.ReasonSurnameDiffers, 1},
		"payer unknown":                     {housing.Claim{FullName: "Смирнов И.И.", Address: garden + "кв. 5"}, matching.ReasonSurnameUnknown, 7},
		"no name":                           {housing.Claim{Address: garden + "кв. 1"}, matching.ReasonSurnameUnknown, 1},
		"other organisation":                {housing.Claim{FullName: "ООО Лютик", Address: garden + "кв. 6"}, matching.ReasonSurnameDiffers, 11},
		"foreign number, wife":              {housing.Claim{Account: "999888", FullName: "Иванова Мария", Address: garden + "кв. 1"}, matching.ReasonSurnameDiffers, 1},
	} {
		d := ix.Match(c.claim)
		first := int64(0)
		if len(d.Candidates) > 0 {
			first = d.Candidates[0].AccountID
		}
		if d.Status != matching.Question || d.AccountID != 0 || d.Reason != c.reason || first != c.candidate {
			t.Errorf("%s: %s %d %s, candidate %d; want %s, candidate %d\n%s", name, d.Status, d.AccountID, d.Reason, first, c.reason, c.candidate, d.Evidence.Russian())
		}
		if matching.ReasonText(d.Reason) == "" {
			t.Errorf("%s: reason %s has no text", name, d.Reason)
		}
		if len(d.Candidates) > 5 {
			t.Errorf("%s: %d candidates", name, len(d.Candidates))
		}
	}
}

// TestEvidence proves that a decision can be read by an operator and stored.
func TestEvidence(t *testing.T) {
	t.Parallel()
	d := town().Match(housing.Claim{Account: "1234567", FullName: "Иванов И.И."})
	if len(d.Candidates) != 1 {
		t.Fatalf("%d candidates, want 1", len(d.Candidates))
	}
	const want = "лицевой счёт: искажён (в заявке «1234567», у нас «0001234567»)"
	if got := d.Candidates[0].Evidence.Russian(); !strings.Contains(got, want) {
		t.Errorf("evidence %q, want %q in it", got, want)
	}
	stored, err := json.Marshal(d.Evidence)
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"steps":[{"what":"number","given":"1234567","result":"spoiled","count":1}]}`; string(stored) != want {
		t.Errorf("stored as %s, want %s", stored, want)
	}
}

// TestDecide proves that the mass run decides as the workbook does, with score and rules, without candidates.
func TestDecide(t *testing.T) {
	t.Parallel()
	ix := town()
	for _, c := range []struct {
		claim housing.Claim
		score int
	}{
		{housing.Claim{Account: "0001234567", FullName: "Иванов И.И.", Address: garden + "кв. 1"}, 120}, // number, house, flat, surname
		{housing.Claim{Account: "0001234567", FullName: "Смирнов И.И."}, 46},                            // the surname speaks against
	} {
		d, full := ix.Decide(c.claim), ix.Match(c.claim)
		if d.Score != c.score || d.Rules != matching.RulesVersion || len(d.Candidates) != 0 {
			t.Errorf("score %d, want %d; rules %d; %d candidates, want none", d.Score, c.score, d.Rules, len(d.Candidates))
		}
		full.Candidates = nil
		if diff := cmp.Diff(full, d); diff != "" {
			t.Errorf("Match and Decide differ (-Match +Decide):\n%s", diff)
		}
	}
}

// TestProxyExpired proves that a power of attorney links through its last day and no longer.
func TestProxyExpired(t *testing.T) {
	t.Parallel()
	claim := housing.Claim{Account: "0001234567", FullName: "Иванов И.И.", Right: housing.Right{Ground: housing.ByProxy, Proxy: "7", ProxyUntil: date(t, "2026-10-20")}}
	for day, want := range map[string]string{"2026-10-20": matching.ReasonNumberAndSurname, "2026-10-21": matching.ReasonProxyExpired} {
		if d := town().AsOf(date(t, day)).Match(claim); d.Reason != want || (d.Status == matching.Linked) != (want != matching.ReasonProxyExpired) {
			t.Errorf("on %s: %s %s, want %s", day, d.Status, d.Reason, want)
		}
	}
}

func date(t *testing.T, text string) housing.Date {
	t.Helper()
	d, err := housing.ParseDate(text)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestReasonTextUnknown(t *testing.T) {
	t.Parallel()
	if got := matching.ReasonText("no such code"); got != "" {
		t.Errorf("text of an unknown code: %q", got)
	}
}

func TestMatchEmptyIndex(t *testing.T) {
	t.Parallel()
	d := matching.NewIndex(nil).Match(housing.Claim{Account: "1,2E+14", FullName: "Иванов", Address: garden})
	if d.Status != matching.Question || len(d.Candidates) != 0 {
		t.Errorf("got %+v", d)
	}
}

func FuzzMatch(f *testing.F) {
	ix := town()
	f.Add("0001234567", "10АА123456", "Иванов И.И.", garden+"кв. 1")
	f.Add("1,23E+14", "", "-", "д")
	f.Fuzz(func(t *testing.T, account, unified, name, address string) {
		d := ix.Match(housing.Claim{Account: account, Unified: unified, FullName: name, Address: address})
		if (d.Status == matching.Linked) != (d.AccountID != 0) || matching.ReasonText(d.Reason) == "" {
			t.Errorf("decision %+v", d)
		}
	})
}
