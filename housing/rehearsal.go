package housing

import (
	"cmp"
	"slices"
)

// ChangeKind is what a rehearsed import would do to a fact.
type ChangeKind string

// The kinds of changes.
const (
	FactCreated ChangeKind = "created"
	FactChanged ChangeKind = "changed"
	FactMoved   ChangeKind = "moved" // to another account, premises or house
)

// Russian returns the kind as a report prints it.
func (k ChangeKind) Russian() string {
	switch k {
	case FactCreated:
		return "появится"
	case FactChanged:
		return "изменится"
	case FactMoved:
		return "переместится"
	}
	return ""
}

// FieldChange is one field of a fact; Before is empty in a new one.
type FieldChange struct {
	Name   string `json:"name"` // in Russian
	Before string `json:"before,omitzero"`
	After  string `json:"after,omitzero"`
}

// FactChange is what a rehearsed import would do to one fact.
type FactChange struct {
	Subject string        `json:"subject"` // in Russian: «Лицевые счета»
	Kind    ChangeKind    `json:"kind"`
	House   string        `json:"house,omitzero"`   // address
	Account string        `json:"account,omitzero"` // number
	What    string        `json:"what,omitzero"`    // in Russian: service, meter, flat
	Fields  []FieldChange `json:"fields"`
	Source  Source        `json:"source,omitzero"` // the row that does it
}

// SubjectChanges counts the changes of one subject.
type SubjectChanges struct {
	Subject string `json:"subject"`
	Created int    `json:"created"`
	Changed int    `json:"changed"`
	Moved   int    `json:"moved"`
}

// AccountEffect is what a rehearsed import would move on one account in the open month.
type AccountEffect struct {
	Account  string        `json:"account"`
	House    string        `json:"house"`
	Premises string        `json:"premises,omitzero"`
	Charges  AccountChange `json:"charges"`          // as charged with what is known now, and with the files
	Opening  Money         `json:"opening,omitzero"` // of the opening balance
	Late     []LateEffect  `json:"late,omitempty"`   // corrections of closed months
	Penalty  Money         `json:"penalty,omitzero"`
	Paid     Money         `json:"paid,omitzero"`    // payments less what is taken back
	Closing  Money         `json:"closing,omitzero"` // what is owed at the end of the month: all of the above
	WasHeld  string        `json:"was_held,omitzero"`
	Held     string        `json:"held,omitzero"`    // why the account would not be charged, in Russian
	Rows     []Source      `json:"rows,omitempty"`   // of the files, the first ones that concern it
	Further  int           `json:"further,omitzero"` // more rows that do
}

// Moves reports whether anything at all would be otherwise.
func (e AccountEffect) Moves() bool {
	return e.Charges.Was != e.Charges.Now || e.Charges.Causes != (Causes{}) || e.Opening != 0 || e.Paid != 0 || e.Held != e.WasHeld ||
		len(e.Late) > 0 || e.Penalty != 0 || e.Closing != 0
}

// Size is how far the money moves, in either direction.
func (e AccountEffect) Size() Money {
	size := max(e.Charges.Now-e.Charges.Was, e.Charges.Was-e.Charges.Now)
	late := SumLate(e.Late)
	return max(size, e.Opening, -e.Opening, e.Paid, -e.Paid, e.Penalty, -e.Penalty, late, -late)
}

// MoneyEffect adds up the effects on all accounts.
type MoneyEffect struct {
	Houses   int   `json:"houses"`   // drawn up with the files and without
	Accounts int   `json:"accounts"` // that move
	Was      Money `json:"was"`      // charges of the accounts that move
	Now      Money `json:"now"`
	Causes
	Opening      Money        `json:"opening"`
	Late         []LateEffect `json:"late,omitempty"` // corrections of closed months
	Penalty      Money        `json:"penalty"`
	Closing      Money        `json:"closing"` // what is owed at the end of the month
	Paid         Money        `json:"paid"`
	Unidentified Money        `json:"unidentified"` // of Paid: to no account that is known
}

// LateEffect is what late facts of a closed month come to, booked in the open month.
type LateEffect struct {
	Month  Period          `json:"month"`
	Cause  CorrectionCause `json:"cause"`
	Amount Money           `json:"amount"`
}

// Kind is the effect without its amount.
func (l LateEffect) Kind() LateEffect {
	l.Amount = 0
	return l
}

// Compare orders by month and cause.
func (l LateEffect) Compare(other LateEffect) int {
	return cmp.Or(cmp.Compare(l.Month, other.Month), cmp.Compare(slices.Index(CorrectionCauses(), l.Cause), slices.Index(CorrectionCauses(), other.Cause)))
}

// Russian tells the effect without its amount.
func (l LateEffect) Russian() string {
	return "перерасчёт за " + l.Month.Russian() + " (" + l.Cause.Russian() + ")"
}

// SumLate adds up effects of late facts.
func SumLate(list []LateEffect) (sum Money) {
	for _, l := range list {
		sum += l.Amount
	}
	return sum
}
