package housing

import "time"

// ServiceTurnover is one service and payee of a turnover sheet by services.
type ServiceTurnover struct {
	Service Service
	Payee   string  // title
	Volume  Decimal // charged, in units of the service
	Balance
}

// HouseTurnover is one house of a turnover sheet by houses.
type HouseTurnover struct {
	House    string
	Area     Decimal // m² of all premises
	Accounts int
	Balance
}

// CorrectionEntry is one correction of a month: of the calculation itself, or of a closed month.
type CorrectionEntry struct {
	Account  Account
	House    string
	Service  Service
	Month    Period // corrected
	Kind     string // of the ledger: correction, benefit; "" for a line of the calculation
	Reason   string // in Russian, or the code of a line of the calculation
	Document string
	Amount   Money
}

// MonthDebt is what an account owes for one month at the end of another one.
type MonthDebt struct {
	Account Account
	House   string
	Month   Period // EarlierDebt: before the records began
	Penalty bool
	Amount  Money
	PaidOn  Date // last payment of the account, zero: none known
	Paid    Money
}

// Debtor is an account with its debt by age: how long its parts are overdue.
type Debtor struct {
	Account Account
	House   string
	Total   Money // penalties apart
	Ages    [DebtAges]Money
	Months  int // that are owed, the current one apart
	Penalty Money
	PaidOn  Date
	Paid    Money
}

// DebtAges is the number of columns by age.
const DebtAges = 9

// DebtAgeTitles names the columns of Debtor.Ages.
func DebtAgeTitles() [DebtAges]string {
	return [DebtAges]string{
		"срок не наступил", "до 30 дней", "31–60", "61–90", "91–180", "181–365", "1–3 года", "свыше 3 лет", "срок не известен",
	}
}

// MeterMonth is a register of a meter in a month.
type MeterMonth struct {
	Account    Account
	House      string
	Service    Service
	Serial     string
	Zone       Zone
	PreviousOn Date
	Previous   Decimal
	CurrentOn  Date // zero: no reading in the month
	Current    Decimal
	Source     Source
	VerifyBy   Date
	Months     int // in a row without a reading, this one included; 0: there is one
}

// ResourceBalance is what became of a resource of a house in a month, by how it was charged.
type ResourceBalance struct {
	House    string
	Service  Service
	Whole    Decimal // by the house meter; zero: none
	Metered  Decimal // by individual meters
	Norm     Decimal
	Average  Decimal
	ByHouse  Decimal // shares of the house meter
	Common   Decimal // for the common property
	Accounts int
}

// IssuedReceipt is a version of a payment document in the register.
type IssuedReceipt struct {
	Account   Account
	House     string
	Number    string
	CheckCode string
	Version   int
	SHA256    string
	ToPay     Money
	PayBy     Date
	IssuedAt  time.Time
	EndedAt   *time.Time // replaced or withdrawn
}

// AccountMonth is one month of an account's statement (выписка).
type AccountMonth struct {
	Period Period `json:"period"`
	Balance
}
