package housing

// AccountTurnover is one account of a turnover sheet (оборотно-сальдовая ведомость): amounts of one
// month over all services and payees.
type AccountTurnover struct {
	Account Account
	House   string // address
	Balance
}

// AccountCharge is one line of the list of charges (ведомость начислений).
type AccountCharge struct {
	Account  Account
	House    string
	Charge   Charge
	Previous Decimal // reading before, where the method is ByMeter
	Current  Decimal
}

// Debt is one row of a debt registry for payment agents.
type Debt struct {
	Account Account
	House   House
	Period  Period
	Amount  Money       // negative: advance
	Meters  []DebtMeter // where the registry names them
}

// DebtMeter is a register of a meter with its last reading, as a debt registry names it.
type DebtMeter struct {
	ID       int64   `json:"id"` // of the meter: the code by which the partner's readings come back
	Serial   string  `json:"serial"`
	Service  Service `json:"service"`
	Zone     Zone    `json:"zone"`
	VerifyBy Date    `json:"verify_by"`
	On       Date    `json:"on"` // zero: never read
	Value    Decimal `json:"value"`
}
