package housing

// Manager says who manages a house: it decides whether the resources of the common property are
// part of its maintenance (КР на СОИ) or a utility (ОДН).
type Manager string

// The ways of managing a house.
const (
	ManagingCompany Manager = "company"     // УК
	Association     Manager = "association" // ТСЖ, ЖК
	DirectOwners    Manager = "direct"      // непосредственное управление
	NoManager       Manager = "none"
)

// CommonMethod is how КР на СОИ of a resource is charged by decision of the owners (ЖК 156 ч. 9.2).
type CommonMethod string

// The methods.
const (
	CommonFact       CommonMethod = "fact"             // each month by the house meter
	CommonNorm       CommonMethod = "norm"             // by norm, without recalculation
	CommonNormRecalc CommonMethod = "norm_then_recalc" // by norm, the year recalculated by the meter
	CommonAverage    CommonMethod = "average"          // average month of the year before, then recalculated
)

// Valid reports whether the method is known; empty means that no decision is recorded.
func (m CommonMethod) Valid() bool {
	switch m {
	case CommonFact, CommonNorm, CommonNormRecalc, CommonAverage, "":
		return true
	}
	return false
}

// HouseFacts is what is known of one service of the house as a whole beside the volume of its
// meter this month. The facts of a resource (outside, production, broken_from) stand at the
// resource, those of the common property (method, carried) at the service of the common property.
type HouseFacts struct {
	Service Service `json:"service"`

	Outside    Decimal `json:"outside,omitzero"`     // volume of premises that are not billed here
	Production Decimal `json:"production,omitzero"`  // volume spent to make heat or hot water
	OpenSystem bool    `json:"open_system,omitzero"` // hot water is taken from the heat network
	BrokenFrom Date    `json:"broken_from,omitzero"` // the house meter counts no longer: failed, or its verification expired

	HeatingDays    int     `json:"heating_days,omitzero"`     // of this month
	Outdoor        Decimal `json:"outdoor,omitzero"`          // mean temperature of those days, °C; read where HeatingDays is set
	NormBefore2012 bool    `json:"norm_before_2012,omitzero"` // the region still has a norm set before 2012

	Method          CommonMethod `json:"method,omitzero"`
	Automatic       bool         `json:"automatic,omitzero"`         // the house meter hands in its readings itself
	AboveNormShared bool         `json:"above_norm_shared,omitzero"` // the owners decided to pay what exceeds the norm
	Carried         Decimal      `json:"carried,omitzero"`           // negative volume left from earlier months, at most 0

	Made    []MadeOf     `json:"made_of,omitempty"` // resources that the house makes the service of
	History []HouseMonth `json:"history,omitempty"`
	Source  Source       `json:"source,omitzero"`
}

// MadeOf is a resource spent in the month to make heating or hot water in the house itself.
type MadeOf struct {
	Resource Service `json:"resource"` // heating, gas or electricity
	Volume   Decimal `json:"volume"`
	Source   Source  `json:"source,omitzero"`
}

// HouseMonth is the volume of a house in an earlier month: of a resource by the house meter (Vд), of
// the common property what was left for it (before any limit, negative where it came out so).
type HouseMonth struct {
	Period      Period  `json:"period"`
	Volume      Decimal `json:"volume"`
	Metered     bool    `json:"metered"`               // by readings of the house meter
	HeatingDays int     `json:"heating_days,omitzero"` //
	Outdoor     Decimal `json:"outdoor,omitzero"`      // read where HeatingDays is set
	Source      Source  `json:"source,omitzero"`
}

// PastCharge is what an account was charged for a service on days of a month of the year before, with
// the facts of those days: what a yearly correction compares.
type PastCharge struct {
	Service   Service  `json:"service"`
	Payee     string   `json:"payee"` // INN
	Valid     Interval `json:"valid"` // days of one month
	Area      Decimal  `json:"area"`
	Price     Decimal  `json:"price"`
	Charged   Money    `json:"charged"`             // corrections of those days among it
	Volume    Decimal  `json:"volume,omitzero"`     // of the individual meter, where Metered
	Metered   bool     `json:"metered,omitzero"`    //
	OwnSource bool     `json:"own_source,omitzero"` //
	Source    Source   `json:"source,omitzero"`
}

// DistributorShare is what the heat distributors of an account have shown together in a year, each
// with its factors applied.
type DistributorShare struct {
	Year   int     `json:"year"`
	Value  Decimal `json:"value"`
	Source Source  `json:"source,omitzero"`
}

// Unit returns the unit of the volume.
func (c *Charge) Unit() string {
	if c.Resource != "" {
		return c.Resource.Unit()
	}
	return c.Service.Unit()
}
