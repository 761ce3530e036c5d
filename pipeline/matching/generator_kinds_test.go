package matching_test

import (
	"crypto/sha256"
	"fmt"
	"strings"

	"github.com/kvitok-gkh/kvitok/pipeline/matching"
)

// renames are streets of the made towns under the names they had before: «ул. Ленинградская» became «ул. Садовая».
func renames() []matching.Rename {
	return []matching.Rename{
		{Was: "ул. Ленинградская", Now: "ул. Садовая"},
		{Was: "ул. Сталина", Now: "пр-кт Мира"},
		{Was: "ул. 25 Октября", Now: "ул. Карла Маркса"},
	}
}

// place is the address of a claim: written out, by the identifier of the house, or under the former name of the street.
func (g *generator) place(h home, how *string) string {
	switch g.IntN(16) {
	case 0:
		if h.house != "" && h.flat != "" {
			*how += "GUID; "
			guid := guidOf(matching.HouseKey(h.address()))
			if h.room != "" {
				return guid + "," + h.flat + pick(g, ", ком. ", ", комната ") + h.room
			}
			return pick(g, guid, strings.ToUpper(guid)) + pick(g, ",", ", ", ", кв. ") + h.flat
		}
	case 1:
		*how += "GUID beside; "
		return guidOf(matching.HouseKey(h.address())) + " " + g.spell(h, how)
	case 2:
		for _, r := range renames() {
			if r.Now == h.street1() {
				*how += "old street; "
				h.streetType, h.street, _ = strings.Cut(r.Was, " ")
				break
			}
		}
	}
	return g.spell(h, how)
}

// guidOf is the identifier of a house, the same for the same house.
func guidOf(key string) string {
	sum := sha256.Sum256([]byte(key))
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}

// otherNumber is a number of the account that is not its own.
func (g *generator) otherNumber(a matching.Account) string {
	if len(a.Elsewhere) > 0 && g.IntN(2) == 0 {
		return a.Elsewhere[0]
	}
	return pick(g, a.Unified, a.ServiceID, strings.ToLower(a.Unified), " "+a.Unified+" ")
}

// passport writes a name as passports of one of the orders do.
func (g *generator) passport(name string) string {
	icao := []string{
		"а", "a", "б", "b", "в", "v", "г", "g", "д", "d", "е", "e", "ё", "e", "ж", "zh", "з", "z", "и", "i", "й", "i", "к", "k", "л", "l", "м", "m",
		"н", "n", "о", "o", "п", "p", "р", "r", "с", "s", "т", "t", "у", "u", "ф", "f", "х", "kh", "ц", "ts", "ч", "ch", "ш", "sh", "щ", "shch",
		"ъ", "ie", "ы", "y", "ь", "", "э", "e", "ю", "iu", "я", "ia",
	}
	if g.IntN(2) == 0 { // before 2010
		icao = append([]string{"ю", "yu", "я", "ya", "й", "y", "ё", "ye"}, icao...)
	}
	return strings.ToUpper(strings.NewReplacer(icao...).Replace(strings.ToLower(name)))
}
