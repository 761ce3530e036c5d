package housing

// Method says what the volume of a charge is based on; receipts print its code.
type Method string

// The methods.
const (
	ByMeter      Method = "meter"       // individual meter
	ByAverage    Method = "average"     // average of earlier months
	ByNorm       Method = "norm"        // norm of consumption
	ByArea       Method = "area"        // rate per m²
	ByHouseMeter Method = "house_meter" // share of the house meter
	ByPeople     Method = "people"      // per person
)

// Russian returns the method as a report prints it.
func (m Method) Russian() string {
	switch m {
	case ByMeter:
		return "ИПУ"
	case ByAverage:
		return "среднее"
	case ByNorm:
		return "норматив"
	case ByArea:
		return "площадь"
	case ByHouseMeter:
		return "ОДПУ"
	case ByPeople:
		return "проживающие"
	}
	return ""
}

// ChargeKind tells a base charge from what stands beside it as a line of its own.
type ChargeKind string

// The kinds of charge lines.
const (
	BaseCharge ChargeKind = "base"
	Uplift     ChargeKind = "uplift" // размер превышения платы из-за повышающего коэффициента
	Correction ChargeKind = "correction"
	// BenefitLine is what a benefit takes off; the budget owes it to the organisation.
	BenefitLine ChargeKind = "benefit"
	// CompensationLine is what a benefit gives in money: a line of an explanation, never of a charge.
	CompensationLine ChargeKind = "compensation"
)

// Apart reports whether a line stands beside the charge with a reason of its own: it has neither volume
// nor price that a base charge and its excess have.
func (k ChargeKind) Apart() bool { return k == Correction || k == BenefitLine }

// Charge (начисление) is one line of an account: a service, a segment of the month, a zone. Its
// amount is rounded once, from the exact product.
type Charge struct {
	Account     string     `json:"account"` // number
	Service     Service    `json:"service"`
	Payee       string     `json:"payee"`             // INN
	Resource    Service    `json:"resource,omitzero"` // what Volume counts, where it is not the service's own: gas burnt for heating
	Kind        ChargeKind `json:"kind"`
	Zone        Zone       `json:"zone,omitzero"`
	Range       int        `json:"range,omitzero"` // of consumption, where the price has ranges
	Segment     Interval   `json:"segment"`
	Rule        string     `json:"rule"` // id of the rule, for instance "R2.1.1"
	Method      Method     `json:"method"`
	Volume      Decimal    `json:"volume"` // in units of the service, rounded to 7 digits for print; 0 in an Uplift line
	Price       Decimal    `json:"price"`  // roubles per unit
	Coefficient Decimal    `json:"coefficient,omitzero"`
	Amount      Money      `json:"amount"`
	Reason      string     `json:"reason,omitzero"`   // code of a Correction, for instance "absence"
	Document    string     `json:"document,omitzero"` // acts that a Correction rests on
}

// Trace is why a charge is what it is (B3 of the charging rules): enough for an inspector to
// compute the amount by hand.
type Trace struct {
	Charge   Charge    `json:"charge"`
	Formula  string    `json:"formula"` // Russian notation: "P = n × N × T"
	Operands []Operand `json:"operands"`
	Clause   string    `json:"clause"` // act and clause, in Russian
	Exact    string    `json:"exact"`  // value before rounding
	Rounding string    `json:"rounding"`
}

// Operand is one symbol of a formula.
type Operand struct {
	Symbol  string `json:"symbol"`
	Meaning string `json:"meaning"` // in Russian
	Value   string `json:"value"`
	Unit    string `json:"unit,omitzero"`
	Basis   string `json:"basis,omitzero"` // document or parameter
	Source  Source `json:"source,omitzero"`
}

// Finding is something the calculation noticed: missing data, a doubt, a contradiction. A held
// account has no charges until somebody mends the data.
type Finding struct {
	Account string  `json:"account,omitzero"` // empty: the whole house
	Service Service `json:"service,omitzero"`
	Code    string  `json:"code"` // stable, for instance "no_tariff"
	Text    string  `json:"text"` // in Russian
	Held    bool    `json:"held,omitzero"`
}
