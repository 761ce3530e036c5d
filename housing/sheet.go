package housing

// CalculationSheet (расчётный лист) is why an account owes what it owes for a month, ready to hand
// out to a resident or an inspector. It names no person.
type CalculationSheet struct {
	Issuer   Organisation `json:"issuer"`
	House    string       `json:"house"` // address
	Account  Account      `json:"account"`
	Period   Period       `json:"period"`
	Run      string       `json:"run,omitzero"`      // that charged the month; empty where no run did
	Engine   string       `json:"engine"`            // version of the program
	Snapshot string       `json:"snapshot,omitzero"` // SHA-256 of the facts that the sheet was computed from
	Lines    []SheetLine  `json:"lines"`
	Findings []Finding    `json:"findings,omitempty"` // of the account and of the whole house
	Total    Money        `json:"total"`
}

// SheetLine is one charge of a sheet.
type SheetLine struct {
	Title string `json:"title"` // in Russian: service, kind, zone
	Trace
}

// Address is that of the premises: "г. Примерск, ул. Садовая, д. 5, кв. 12".
func (s *CalculationSheet) Address() string {
	if flat := s.Account.Premises.Title(); flat != "" {
		return s.House + ", " + flat
	}
	return s.House
}
