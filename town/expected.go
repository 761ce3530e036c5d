package town

import (
	"iter"

	"github.com/kvitok-gkh/kvitok/housing"
)

// Expected is what must come of the town's month, counted from the same facts as the files.
type Expected struct {
	Houses         int // all buildings
	Blocks         int // blocks of flats among them
	Accounts       int
	Meters         int
	Services       int            // services of all accounts together, those not paid by their occupants too
	SilentMeters   int            // no reading this month
	ExpiredMeters  int            // verification has expired
	Readings       int            // of registers, stored this month from all sources
	Files          []ExpectedFile // in the order of Files
	Messages       ExpectedMessages
	Claims         ExpectedClaims
	Payments       int           // stored, those not identified too
	Unidentified   int           // of them
	PaymentsAmount housing.Money // of all stored
}

// ExpectedFile is how a file must end when the files of its partner and of those before it are in.
type ExpectedFile struct {
	Partner string
	Name    string
	Format  string
	Status  housing.FileStatus
	Counts  housing.Counts // every row is rejected where the file is refused
	// ByForm is how many rows are rejected by their form alone, before anything is known of them.
	ByForm int
	// Codes counts the problems of rejected rows and, with "unidentified_payment", of accepted ones.
	Codes map[string]int
	// Refusal is the code of the reason why the file is refused whole.
	Refusal string

	claims       ExpectedClaims
	amount       housing.Money
	unidentified int
}

// ExpectedMessages is how the messages of the stream must end.
type ExpectedMessages struct {
	Sent      int
	Accepted  int
	Unchanged int
	Dead      int
	Codes     map[string]int // of the dead ones
}

// ExpectedClaims is how the accepted rows of residents name their accounts; what matching makes of
// the doubtful ones is for matching to say.
type ExpectedClaims struct {
	Total       int
	ByNumber    int // right number and name
	ByUnified   int // unified number only
	ByAddress   int // address with flat and name only
	Renamed     int // right number, another surname
	WrongNumber int // unknown number, right address and name
	LostZeros   int // number without its zeros and nothing else
	WithoutFlat int // address without the flat
	Stranger    int // address with flat, another surname
	Elsewhere   int // unknown address
}

// Expected counts what must come of the month. It goes through all facts: as long as writing them.
func (t *Town) Expected() Expected {
	e := Expected{Houses: len(t.houses), Blocks: t.blocks, Accounts: t.accounts}
	for i := range t.houses {
		e.Services += t.houses[i].flats * len(t.houses[i].services())
	}
	t.expectMeters(&e)
	for _, p := range t.plans() {
		f := ExpectedFile{Partner: p.partner, Name: p.name, Format: p.format, Status: housing.FileAccepted, Codes: map[string]int{}}
		p.expect(&f)
		if f.Counts.Rejected > 0 && f.Refusal == "" {
			f.Status = housing.FilePartly
		}
		if f.claims.Total > 0 {
			e.Claims = f.claims
		}
		switch f.Format {
		case "rso-readings-csv":
			e.Readings += f.Counts.Accepted
		case "sber-payments-a":
			e.Payments += f.Counts.Accepted
			e.Unidentified += f.unidentified
			e.PaymentsAmount += f.amount
		}
		f.claims, f.amount, f.unidentified = ExpectedClaims{}, 0, 0
		e.Files = append(e.Files, f)
	}
	e.Messages = t.expectMessages()
	return e
}

func (t *Town) expectMeters(e *Expected) {
	for a := range t.equipped() {
		for i := range a.meters {
			m := &a.meters[i]
			e.Meters++
			if m.way == silent {
				e.SilentMeters++
			}
			if m.way == byStream {
				e.Readings += m.zones
			}
			if m.verifyBy.Before(t.period.First()) {
				e.ExpiredMeters++
			}
		}
	}
}

func (t *Town) expectMessages() ExpectedMessages {
	e := ExpectedMessages{Codes: map[string]int{}}
	for n := range t.streamed() {
		e.Sent++
		e.Accepted++
		for _, code := range beside(n) {
			e.Sent++
			if code == unchanged {
				e.Unchanged++
				continue
			}
			e.Dead++
			e.Codes[code]++
		}
	}
	return e
}

// accepted expects that many rows, all of them good.
func accepted(rows int) func(*ExpectedFile) {
	return func(e *ExpectedFile) { e.Counts.Merge(housing.Counts{Rows: rows, Accepted: rows}) }
}

func (e *ExpectedFile) row(r readingRow) {
	switch r.code {
	case "":
		e.Counts.Add(housing.Accepted)
	case unchanged:
		e.Counts.Add(housing.Unchanged)
	default:
		e.Counts.Add(housing.Rejected)
		e.Codes[r.code]++
		if r.form {
			e.ByForm++
		}
	}
}

func (e *ExpectedFile) claim(kind claimKind) {
	c := &e.claims
	switch kind {
	case byNumber:
		c.ByNumber++
	case byUnified:
		c.ByUnified++
	case byAddress:
		c.ByAddress++
	case renamed:
		c.Renamed++
	case wrongNumber:
		c.WrongNumber++
	case lostZeros:
		c.LostZeros++
	case withoutFlat:
		c.WithoutFlat++
	case stranger:
		c.Stranger++
	case elsewhere:
		c.Elsewhere++
	case badPhone, noKey:
		e.Counts.Add(housing.Rejected)
		e.ByForm++
		e.Codes[map[claimKind]string{badPhone: "bad_phone", noKey: "no_key"}[kind]]++
		return
	}
	c.Total++
	e.Counts.Add(housing.Accepted)
}

func (e *ExpectedFile) registry(rows iter.Seq[payment]) {
	for p := range rows {
		e.Counts.Add(housing.Accepted)
		e.amount += p.amount
		switch p.account {
		case unknownAccount:
			e.Codes["unidentified_payment"]++
			e.unidentified++
		case "": // told by the format already
			e.unidentified++
		}
	}
}
