package housing

// BenefitCorrection is what late facts change of a benefit in a closed month: what the budget owes the organisation
// for a discount, or what is paid to a citizen. The discount itself is a CorrectionLine beside it.
type BenefitCorrection struct {
	Account  Account          `json:"account"`
	House    string           `json:"house"`  // address
	Month    Period           `json:"month"`  // the closed month
	Person   string           `json:"person"` // as BenefitShare names him
	Category string           `json:"category"`
	Mode     BenefitMode      `json:"mode"`
	Service  Service          `json:"service"`
	Payee    string           `json:"payee"` // INN
	Cause    CorrectionCause  `json:"cause"`
	Was      Money            `json:"was"` // of the benefit: positive is for the citizen
	Now      Money            `json:"now"`
	Amount   Money            `json:"amount"` // Now − Was
	Facts    []CorrectionFact `json:"facts,omitempty"`
	Round    int              `json:"round,omitzero"`
	Booked   Period           `json:"booked,omitzero"` // the month it was booked in

	NotBooked string `json:"not_booked,omitzero"` // code of the reason why it is not
}

// Document names the facts behind the line, in Russian.
func (b *BenefitCorrection) Document() string { return factsText(b.Facts) }
