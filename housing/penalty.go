package housing

import "strconv"

// PenaltySheet is the penalty of an account by day, as a court wants it: each unpaid or late month with
// its stretches of days, from the first day of its delay.
type PenaltySheet struct {
	Issuer  Organisation   `json:"issuer"`
	House   string         `json:"house"`
	Account Account        `json:"account"`
	AsOf    Date           `json:"as_of"` // its evening
	Claims  []PenaltyClaim `json:"claims"`
	Total   Money          `json:"total"`
	Booked  Money          `json:"booked"` // penalties in the ledger; differs by what is not booked and by roundings
}

// PenaltyClaim is one month owed to one payee.
type PenaltyClaim struct {
	Period      Period       `json:"period"`
	Payee       string       `json:"payee"`
	Capital     bool         `json:"capital_repair,omitzero"`
	Due         Date         `json:"due"`
	Amount      Money        `json:"amount"`
	Outstanding Money        `json:"outstanding"`
	Rows        []PenaltyRow `json:"rows"`
	Total       Money        `json:"total"`
	Notes       []string     `json:"notes,omitempty"` // in Russian
}

// PenaltyRow is a stretch of days on which debt, rate and share are the same.
type PenaltyRow struct {
	Kind     string   `json:"kind"` // in Russian: льготный период, начислено, мораторий
	Days     Interval `json:"days"` // To is exclusive
	FirstDay int      `json:"first_day"`
	Debt     Money    `json:"debt"`
	Rate     Decimal  `json:"rate,omitzero"`    // percent a year
	Divisor  int      `json:"divisor,omitzero"` // 300: one three-hundredth a day
	Amount   Money    `json:"amount"`
	Running  Money    `json:"running"` // of the claim
	Basis    string   `json:"basis,omitzero"`
}

// Share writes the part of the rate that a day bears: "1/300".
func (r PenaltyRow) Share() string {
	if r.Divisor == 0 {
		return ""
	}
	return "1/" + strconv.Itoa(r.Divisor)
}

// PayeeTitle names whom the claim is owed to, capital repair apart.
func (c PenaltyClaim) PayeeTitle() string {
	if c.Capital {
		return c.Payee + " (капитальный ремонт)"
	}
	return c.Payee
}

// Title names the claim as a note does.
func (c PenaltyClaim) Title() string { return c.Period.Russian() + ", " + c.PayeeTitle() }

// Address returns the address of the premises in one line.
func (s *PenaltySheet) Address() string { return addressOf(s.House, s.Account.Premises) }
