package penalties

import "github.com/kvitok-gkh/kvitok/housing"

// Group chooses the shares of the rate that a claim bears.
type Group string

// The groups of claims.
const (
	Residents     Group = "residents"      // ЖК РФ, ст. 155 ч. 14
	CapitalRepair Group = "capital_repair" // ЖК РФ, ст. 155 ч. 14.1
	Managers      Group = "managers"       // УК, ТСЖ, ЖСК towards suppliers
	Others        Group = "others"         // other payers towards suppliers
)

// Claim is what was charged for one month to be paid to one payee, and what became of it.
type Claim struct {
	Period housing.Period
	Group  Group
	Due    housing.Date  // last day to pay, moved to a working day already
	Amount housing.Money // charged; a correction that lowers the month is subtracted by the caller
	Paid   []Payment     // in any order; what exceeds the claim is not looked at
}

// Payment is a part of a payment that went to the claim.
type Payment struct {
	On     housing.Date
	Amount housing.Money // above 0
}

// Kind says what a row of the day table is.
type Kind string

// The kinds of rows.
const (
	Free       Kind = "free"       // days without penalty after the last day to pay
	Charged    Kind = "charged"    // days that bear penalty
	Moratorium Kind = "moratorium" // days on which no penalty may be charged
)

// Russian names the kind as a table prints it.
func (k Kind) Russian() string {
	switch k {
	case Free:
		return "без пеней"
	case Charged:
		return "начислено"
	case Moratorium:
		return "мораторий"
	}
	return ""
}

// Row is a stretch of days on which debt, rate and share are the same.
type Row struct {
	Kind     Kind             `json:"kind"`
	Interval housing.Interval `json:"days"`      // To is exclusive
	FirstDay int              `json:"first_day"` // of the delay, 1 is the day after the last day to pay
	Debt     housing.Money    `json:"debt"`
	Rate     housing.Decimal  `json:"rate"`    // percent a year; of charged rows
	Divisor  int              `json:"divisor"` // 300: one three-hundredth of the rate a day; of charged rows
	Amount   housing.Money    `json:"amount"`
	Running  housing.Money    `json:"running"` // with the rows before
	Basis    string           `json:"basis,omitzero"`
}

// Result is the penalty of one claim up to a day.
type Result struct {
	Total       housing.Money // from the first day, what was charged before included
	Outstanding housing.Money // of the claim on the evening of the day
	Rows        []Row
	Findings    []Finding
	// Confirmed is false where a rate or cap that was used is not confirmed for its day: such a penalty
	// is shown and not posted.
	Confirmed bool
}

// Finding is something the accountant must know of a claim.
type Finding struct {
	Code string       `json:"code"`
	On   housing.Date `json:"on"`
	Text string       `json:"text"` // in Russian
}

// The codes of findings.
const (
	NoKeyRate       = "penalty_no_key_rate"
	RateUnconfirmed = "penalty_rate_unconfirmed"
)
