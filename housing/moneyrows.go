package housing

// ServiceMonth is what one service and payee came to in one month.
type ServiceMonth struct {
	Service Service
	Payee   string // title
	Month   Period
	PaidOn  Date // last payment of the month, zero: none
	Balance
}

// HouseMoneyMonth is the money of a house in one month, by residential and other premises.
type HouseMoneyMonth struct {
	House        string
	Month        Period
	Opening      Money
	Charged      Money // of residential premises, corrections included
	ChargedOther Money // of other premises
	Penalty      Money
	Paid         Money // for residential premises
	PaidOther    Money // for other premises
	Fee          Money // kept by banks of what was paid
	Closing      Money
}

// HouseServiceMoney is what a service of a house came to in some months.
type HouseServiceMoney struct {
	House   string
	Service Service
	Payee   string // title
	Balance
}

// The states of a payment in the register of what was paid.
const (
	PaymentStands       = "" // with the account it came for
	PaymentUnidentified = "unidentified"
	PaymentMoved        = "moved"
	PaymentReversed     = "reversed"
	PaymentRepeated     = "repeated"  // one that a person found to be a payment of another file
	PaymentTookBack     = "reversal"  // a row that took a payment back
	PaymentUnmatched    = "unmatched" // one that has found no payment
	PaymentDismissed    = "dismissed" // one that a person put aside
)

// RegisteredPayment is a payment of a month with where its money is, or a row that takes one back, its amounts below zero.
type RegisteredPayment struct {
	Payment  Payment
	Account  Account // with which it stands; none: unidentified
	House    string
	PayeeINN string
	Partner  string // who brought the registry
	Registry string // file it came in
	Row      int64
	Bank     string // who passed the money on, by the bank statement
	Credited Date   // zero: not found in a bank statement
	State    string
	Left     Money // of the amount, what was reversed taken off
	Parts    []PaidPart
}

// PaidPart is what of a payment pays one service.
type PaidPart struct {
	Service Service `json:"service"`
	Amount  Money   `json:"amount"`
}

// PaymentDecision is what a person decided on a payment that was unidentified.
type PaymentDecision struct {
	Kind   string // assign, move, release, reverse
	Number string // of the account it went to
	By     string
	Reason string
}

// UnclearPayment is an unidentified payment, or one that a person decided on in the month.
type UnclearPayment struct {
	PaymentQuestion
	Decision *PaymentDecision // nil: none yet
}

// The kinds of objects that are compared with ГИС ЖКХ.
const (
	GISHouse    = "house"
	GISAccount  = "account"
	GISMeter    = "meter"
	GISDocument = "document"
)

// The outcomes of that comparison.
const (
	GISAgrees    = "agrees"
	GISNotThere  = "not there" // ГИС ЖКХ has given it no identifier
	GISNotHere   = "not here"  // ГИС ЖКХ names an object that we do not have
	GISDiffers   = "differs"   // the identifier was replaced, or stands with two objects
	GISRefused   = "refused"   // a row that ГИС ЖКХ, or we, refused
	GISWithdrawn = "withdrawn" // our object ended, the identifier stands
)

// GISComparison is one object of ours, or of ГИС ЖКХ, and how the two agree.
type GISComparison struct {
	Kind   string
	Key    string // ours: address, account, serial number of a meter, number of a document
	House  string
	GIS    string // identifier in ГИС ЖКХ: ФИАС, ЕЛС, number of a meter
	Second string // ЖКУ identifier
	Theirs string // value of theirs
	State  string
	Error  string // in Russian
	Tries  int    // files in which it came
}
