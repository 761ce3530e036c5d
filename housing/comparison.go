package housing

// BalanceControl is a control row of a registry of opening balances: what its rows of a house, of a service or of
// both come to.
type BalanceControl struct {
	House   string  // address as it came; empty: all houses
	Key     string  // normalised address
	Service Service // empty: all services
	Period  Period
	Amount  Money
	Source  Source
}

// OldMonth is what another system made of a service of an account in a month. What it does not tell is zero.
type OldMonth struct {
	Account string
	Service Service
	Charged Money
	Paid    Money
	Closing Money

	HasPaid    bool // the file has the column
	HasClosing bool
	Volume     Decimal
	Price      Decimal
	Area       Decimal
	People     int
	Source     Source
}

// OwnMonth is what the same is here.
type OwnMonth struct {
	Account Account
	House   string
	Service Service
	Charged Money // corrections, benefits and penalties included
	Paid    Money
	Closing Money
	Volume  Decimal // of base charges
	Price   Decimal // zero where there was more than one
	Area    Decimal
	People  int
}

// Difference is a service of an account whose charge or balance differs between two systems.
type Difference struct {
	House   string  `json:"house,omitzero"`
	Account string  `json:"account"`
	Service Service `json:"service"`
	Charged Pair    `json:"charged"`
	Paid    Pair    `json:"paid"`
	Closing Pair    `json:"closing"`
	Cause   Cause   `json:"cause"`
	Note    string  `json:"note,omitzero"` // in Russian: the values that differ
}

// Pair is a sum there and here.
type Pair struct {
	Old Money `json:"old"`
	Our Money `json:"our"`
}

// Diff is what we have more.
func (p Pair) Diff() Money { return p.Our - p.Old }

// Cause is why a charge differs.
type Cause string

// The causes.
const (
	CauseOnlyOld  Cause = "only_old"
	CauseOnlyOurs Cause = "only_ours"
	CauseTariff   Cause = "tariff"
	CauseArea     Cause = "area"
	CausePeople   Cause = "people"
	CauseVolume   Cause = "volume"
	CauseRounding Cause = "rounding"
	CauseOther    Cause = "other"
	CauseBalance  Cause = "balance" // charges agree, payments or balances do not
)

// ComparisonCauses lists the causes in the order of reports.
func ComparisonCauses() []Cause {
	return []Cause{CauseOnlyOld, CauseOnlyOurs, CauseTariff, CauseArea, CausePeople, CauseVolume, CauseOther, CauseBalance, CauseRounding}
}

// Russian names a cause for a report.
func (c Cause) Russian() string {
	switch c {
	case CauseOnlyOld:
		return "есть только в старой системе"
	case CauseOnlyOurs:
		return "есть только у нас"
	case CauseTariff:
		return "тариф"
	case CauseArea:
		return "площадь"
	case CausePeople:
		return "проживающие"
	case CauseVolume:
		return "объём"
	case CauseRounding:
		return "округление, до 1 копейки"
	case CauseOther:
		return "иное"
	case CauseBalance:
		return "начислено поровну, оплата или сальдо расходятся"
	}
	return ""
}

// Comparison is a month of ours beside that of another system.
type Comparison struct {
	Period      Period          `json:"period"`
	File        string          `json:"file"`
	Rows        int             `json:"rows"`     // of the file
	Rejected    int             `json:"rejected"` // of them
	Equal       int             `json:"equal"`    // services of accounts that agree to the kopeck
	Total       ComparedSum     `json:"total"`
	Groups      []ComparedSum   `json:"groups"` // by house and service
	ByCause     []ComparedCause `json:"by_cause"`
	Differences []Difference    `json:"differences"` // the largest first
	Problems    []Problem       `json:"problems,omitempty"`
}

// ComparedSum is the totals of a house and service, or of everything.
type ComparedSum struct {
	House   string  `json:"house,omitzero"`
	Service Service `json:"service,omitzero"`
	Charged Pair    `json:"charged"`
	Paid    Pair    `json:"paid"`
	Closing Pair    `json:"closing"`
	Differ  int     `json:"differ"` // services of accounts
}

// ComparedCause is how much one cause comes to.
type ComparedCause struct {
	Cause  Cause `json:"cause"`
	Rows   int   `json:"rows"`
	Amount Money `json:"amount"` // of the differences of charges
}
