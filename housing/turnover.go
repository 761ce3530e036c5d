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
	Amount  Money // negative: advance
}
