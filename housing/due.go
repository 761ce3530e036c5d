package housing

// DueKind tells what a debt consists of: a penalty is kept apart and bears no penalty.
type DueKind string

// The kinds of debts.
const (
	Principal  DueKind = "principal"
	PenaltyDue DueKind = "penalty"
)

// EarlierDebt is the month of a debt of which only is known that it is older than our records.
const EarlierDebt Period = 1900 * 12

// Due is what an account owes one payee for one service of one month; negative: paid too much.
type Due struct {
	Service Service `json:"service"`
	Payee   string  `json:"payee"` // INN
	Month   Period  `json:"month"`
	Kind    DueKind `json:"kind"`
	Amount  Money   `json:"amount"`
}

// PaymentOrder says which debts a payment pays first. Orders are data: parameters/orders.yaml and the
// configuration hold them, the dated parameter payment.order names the one that holds.
type PaymentOrder struct {
	Name       string      `yaml:"name"`
	Title      string      `yaml:"title"`      // in Russian
	Basis      string      `yaml:"basis"`      // act and clause, in Russian
	Printed    bool        `yaml:"printed"`    // the month that the payer named comes first
	Months     MonthOrder  `yaml:"months"`     // then
	Limitation int         `yaml:"limitation"` // months after which a debt comes after all others; 0: never
	Services   []Service   `yaml:"services"`   // paid first within a month; the others in proportion
	Penalty    PenaltyTurn `yaml:"penalty"`
}

// MonthOrder is the order of months.
type MonthOrder string

// The orders of months.
const (
	OldestFirst MonthOrder = "oldest"
	NewestFirst MonthOrder = "newest"
)

// PenaltyTurn says when penalties are paid.
type PenaltyTurn string

// The turns of penalties.
const (
	PenaltyLast  PenaltyTurn = "last"  // after every principal
	PenaltyFirst PenaltyTurn = "first" // before every principal
)
