package town

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"strconv"
	"strings"
)

// claimKind is how a row of residents names its account.
type claimKind uint8

const (
	byNumber    claimKind = iota // the right number and name
	byUnified                    // the unified number only
	byAddress                    // no number, the address in some spelling
	renamed                      // the right number, another surname
	wrongNumber                  // a number that nobody has, the right address
	lostZeros                    // a number without its zeros, as Excel makes it, and no address
	withoutFlat                  // an address without its flat
	stranger                     // the right flat, another surname
	elsewhere                    // an address that the town does not have
	badPhone                     // two numbers in one cell: rejected by its form
	noKey                        // nothing to be found by: rejected by its form
)

// claimOf draws it; an address alone does not tell the rooms of a flat apart.
func (a *account) claimOf(r *rand.Rand) claimKind {
	roll := r.IntN(200)
	if a.room > 0 {
		return byNumber
	}
	for kind, upTo := range []int{138, 154, 180, 184, 190, 192, 195, 198} { // in the order of the kinds
		if roll < upTo {
			return claimKind(kind)
		}
	}
	return elsewhere
}

// claim is a row of residents.
type claim struct {
	kind claimKind
	row  []cell
}

// claims name the residents of the town as another registry knows them: of ten, nine can be found.
func (t *Town) claims() iter.Seq[claim] {
	return func(yield func(claim) bool) {
		for a := range t.all() {
			r := t.rng(drawClaim, a.index)
			kind := a.claimOf(r)
			switch a.index {
			case 6:
				kind = badPhone
			case 11:
				kind = noKey
			}
			share := ""
			if a.owners == 2 && kind == byNumber && !a.tenant {
				share = "1/2"
			}
			c := claim{kind, t.claimRow(r, a, claimed{kind: kind, who: a.payer, share: share})}
			if !yield(c) {
				return
			}
			if share != "" && chance(r, 40) {
				c.row = t.claimRow(r, a, claimed{kind: kind, who: relative(r, a.payer), share: share, second: true})
				if !yield(c) {
					return
				}
			}
		}
	}
}

type claimed struct {
	kind   claimKind
	who    person
	share  string
	second bool // owner of the same flat
}

func (t *Town) claimRow(r *rand.Rand, a *account, c claimed) []cell {
	number, unified, address, flat := a.number, "", "", ""
	name := spelledName(r, c.who)
	phone := phone(r, a.index, c.second)
	if chance(r, 50) {
		address, flat = spelledAddress(r, a, true)
	}
	switch c.kind {
	case byNumber:
	case badPhone:
		phone += ", " + phone
	case byUnified:
		number, unified, address, flat = "", a.unified, "", ""
	case byAddress:
		number = ""
		address, flat = spelledAddress(r, a, true)
	case renamed, stranger:
		other := c.who
		for other.surname == c.who.surname {
			other = somebody(r)
		}
		name = other.full()
		if c.kind == stranger {
			number = ""
			address, flat = spelledAddress(r, a, true)
		}
	case wrongNumber:
		number = "10" + number[2:]
		address, flat = spelledAddress(r, a, true)
	case lostZeros:
		return t.claimCells(r, asNumber(strings.TrimLeft(number, "0")), []string{"", name, "", "", phone, c.share})
	case withoutFlat:
		number = ""
		address, flat = spelledAddress(r, a, false)
	case elsewhere:
		number, flat = "", ""
		address = fmt.Sprintf("г. Примерск, ул. Несуществующая, д. %d, кв. %d", between(r, 1, 40), between(r, 1, 90))
	case noKey:
		number, address, flat = "", "", ""
	}
	return t.claimCells(r, asText(number), []string{unified, name, address, flat, phone, c.share})
}

func (t *Town) claimCells(r *rand.Rand, number cell, c []string) []cell {
	email := ""
	if chance(r, 30) {
		email = pick(r, mailboxes) + strconv.Itoa(between(r, 1000, 900_000)) + "@example.org"
	}
	return []cell{number, asText(c[0]), asText(c[1]), asText(c[2]), asText(c[3]), asText(c[4]), asText(email), asText(c[5])}
}

// spelledName writes a name as registries do: most as it is, some in capitals, some without ё.
func spelledName(r *rand.Rand, p person) string {
	switch roll := r.IntN(100); {
	case roll < 12:
		return strings.ToUpper(p.full())
	case roll < 22:
		return strings.ReplaceAll(p.full(), "ё", "е")
	case roll < 26:
		return p.surname + " " + string([]rune(p.first)[:1]) + "." + string([]rune(p.patronymic)[:1]) + "."
	}
	return p.full()
}

// spelledAddress writes the address of an account in one of the usual ways; the flat stands in it or
// in a column of its own.
func spelledAddress(r *rand.Rand, a *account, withFlat bool) (address, flat string) {
	if withFlat {
		flat = a.flat
	}
	s, number := a.house.street, a.house.number
	add := func(text, title string) string {
		if flat == "" {
			return text
		}
		return text + ", " + title + flat
	}
	long := longKind(s.kind)
	switch r.IntN(6) {
	case 0:
		return a.house.address, flat
	case 1:
		return add("г Примерск, "+strings.TrimSuffix(s.kind, ".")+" "+s.name+", дом "+number, "кв "), ""
	case 2:
		return add("г.Примерск, "+s.kind+" "+s.name+", д."+number, "кв."), ""
	case 3:
		return strings.ToUpper(add("город Примерск, "+long+" "+s.name+", дом "+number, "квартира ")), ""
	case 4:
		return add("Примерск, "+long+" "+strings.ReplaceAll(s.name, "ё", "е")+", д. "+number, "кв. "), ""
	}
	return add(a.house.address, "кв. "), ""
}

func longKind(kind string) string {
	switch kind {
	case "ул.":
		return "улица"
	case "пр-кт":
		return "проспект"
	case "пер.":
		return "переулок"
	case "б-р":
		return "бульвар"
	case "ш.":
		return "шоссе"
	case "пр-д":
		return "проезд"
	case "наб.":
		return "набережная"
	}
	return kind
}

// phone gives everybody a number of his own, in one of the usual spellings.
func phone(r *rand.Rand, index int, second bool) string {
	n := index
	if second {
		n += MaxAccounts
	}
	d := padded(n, 7)
	switch r.IntN(4) {
	case 0:
		return "8 (900) " + d[:3] + "-" + d[3:5] + "-" + d[5:]
	case 1:
		return "8900" + d
	case 2:
		return "+7900" + d
	}
	return "+7 900 " + d[:3] + "-" + d[3:5] + "-" + d[5:]
}

func (t *Town) residentsBook() plan {
	rows := func(yield func([]cell) bool) {
		for c := range t.claims() {
			if !yield(c.row) {
				return
			}
		}
	}
	return plan{
		partner: Office, name: "residents.xlsx", format: "kvitok-residents-xlsx",
		expect: func(e *ExpectedFile) {
			for c := range t.claims() {
				e.claim(c.kind)
			}
		},
		write: book{[]sheet{{
			name: "Жильцы", rows: rows, widths: []int{14, 14, 38, 52, 10, 20, 26, 8},
			header: []string{"Лицевой счёт", "ЕЛС", "ФИО", "Адрес", "Квартира", "Телефон", "E-mail", "Доля"},
		}}}.write,
	}
}

//nolint:gochecknoglobals // a table
var mailboxes = []string{"dom", "kv", "sosed", "mail", "home"}
