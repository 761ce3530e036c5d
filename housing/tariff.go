package housing

// Tariff is the price of one unit of a service in an interval, roubles per Service.Unit. House is
// empty for the whole organisation, else the address key of one house, whose tariff then wins.
type Tariff struct {
	Service  Service  `json:"service"`
	Zone     Zone     `json:"zone,omitzero"`
	Range    int      `json:"range,omitzero"` // of consumption, 1 is the first; 0: one price for all
	House    string   `json:"house,omitzero"`
	Price    Decimal  `json:"price"`
	Valid    Interval `json:"valid"`
	Document string   `json:"document,omitzero"` // the act that sets it
	Source   Source   `json:"source,omitzero"`
}

// NormBase is what a norm is counted per.
type NormBase string

// The bases of a norm.
const (
	PerPerson NormBase = "person" // per person and month
	PerArea   NormBase = "area"   // per m² and month; for common property per m² of it
	PerVolume NormBase = "volume" // heat for a m³ of hot water (q)
)

// NormPart is a part of a service that has a norm of its own (R2.4.1). Empty: the whole service.
type NormPart string

// The parts of gas.
const (
	WholeNorm  NormPart = ""
	ForCooking NormPart = "cooking"
	ForWater   NormPart = "water_heating"
	ForHeating NormPart = "heating"
)

// Norm (норматив потребления) is the volume charged where no meter counts: units of the service per
// person or m², a month; for solid waste a year (formulas 9(1), 9(2)).
type Norm struct {
	Service  Service  `json:"service"`
	House    string   `json:"house,omitzero"` // as in Tariff
	Base     NormBase `json:"base"`
	Part     NormPart `json:"part,omitzero"` // gas: what it is burnt for
	Value    Decimal  `json:"value"`
	Valid    Interval `json:"valid"`
	Document string   `json:"document,omitzero"`
	Source   Source   `json:"source,omitzero"`
}

// Parameter is a dated rule of law kept as data: a coefficient, a cap, a due day, a default for an
// open doubt. Name is as in the register of parameters, for instance "uplift.cold_water".
type Parameter struct {
	Name  string   `json:"name"`
	Value string   `json:"value"`
	Valid Interval `json:"valid"`
	Basis string   `json:"basis,omitzero"` // act and clause, in Russian
}
