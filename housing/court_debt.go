package housing

// CourtDebt is a debt of an account that a court confirmed: the only one that a measure of support is refused for.
type CourtDebt struct {
	Court   string  `json:"court"`
	Number  string  `json:"number"`   // of the decision or order
	InForce Date    `json:"in_force"` // day on which it entered into force
	From    Period  `json:"from"`     // first month that the debt is of
	Through Period  `json:"through"`  // last one
	Amount  Money   `json:"amount"`   // as decided
	Paid    Money   `json:"paid"`     // of it, since
	Service Service `json:"service,omitzero"`
	Source  Source  `json:"source,omitzero"`
}

// CourtDebtEntry is a CourtDebt as a row of a registry brings it.
type CourtDebtEntry struct {
	OfAccount
	CourtDebt
}
