package housing

// BenefitRow is what the benefits of one category of a person came to on a service in a month, with what an
// authority of social protection asks beside it.
type BenefitRow struct {
	Account  Account
	House    string
	Area     Decimal
	People   int
	Person   Beneficiary
	SNILS    string
	Category string
	Service  Service
	Payee    string // title
	Month    Period // what it is about: an earlier one is a closed month that was corrected
	Volume   Decimal
	Covered  Decimal
	Norm     Decimal // of a person or a m²; zero: none
	Price    Decimal // the largest of the month
	Percent  Decimal // zero: a sum a month
	Charged  Money   // of the lines that the benefit is given on
	// Recalculated is what was corrected of the service in the month.
	Recalculated Money
	Discount     Money
	Compensation Money
	Stated       Money  // granted for the month by the word of the authority
	Debt         Money  // of the account; an advance is none
	OldDebt      Money  // the part of it of months further back than a debt counts (benefit.debt_months)
	CourtDebt    Money  // what a court confirmed of the months that count: a benefit may be refused for it alone
	CourtSince   Period // its first month; zero: none
	Document     string
}
