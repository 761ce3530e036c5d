package housing

// AccountEntry and the other entries are facts as a row of a file brings them: with the address or
// the number that they belong to.

// OfHouse names a house. Key is the address normalised, by which houses are compared.
type OfHouse struct {
	House string `json:"house"` // as it came
	Key   string `json:"-"`
}

// OfAccount names an account.
type OfAccount struct {
	Account string `json:"account"` // number
}

// ManagerEntry is who manages a house since when.
type ManagerEntry struct {
	OfHouse
	Manager  Manager  `json:"manager"`
	Valid    Interval `json:"valid"`
	Document string   `json:"document,omitzero"`
	Source   Source   `json:"source,omitzero"`
}

// DecisionEntry is what the owners of a house decided on a resource of the common property.
type DecisionEntry struct {
	OfHouse
	Service         Service      `json:"service"`
	Method          CommonMethod `json:"method,omitzero"` // empty: nothing is decided on it
	AboveNormShared bool         `json:"above_norm_shared,omitzero"`
	Valid           Interval     `json:"valid"`
	Document        string       `json:"document,omitzero"`
	Source          Source       `json:"source,omitzero"`
}

// EquipmentEntry is how a house is equipped for a service. Automatic is of the house meter: where it
// stands at a resource, the common property of this resource goes by it.
type EquipmentEntry struct {
	OfHouse
	Service        Service  `json:"service"`
	Automatic      bool     `json:"automatic,omitzero"`
	OpenSystem     bool     `json:"open_system,omitzero"`
	NormBefore2012 bool     `json:"norm_before_2012,omitzero"`
	Valid          Interval `json:"valid"`
	Document       string   `json:"document,omitzero"`
	Source         Source   `json:"source,omitzero"`
}

// CommunalEntry is the total area of a communal flat.
type CommunalEntry struct {
	OfHouse
	Flat     string   `json:"flat"`
	Area     Decimal  `json:"area"`
	Valid    Interval `json:"valid"`
	Document string   `json:"document,omitzero"`
	Source   Source   `json:"source,omitzero"`
}

// FailureEntry is days on which a house meter does not count: failed, or its verification expired.
type FailureEntry struct {
	OfHouse
	Service  Service  `json:"service"`
	Valid    Interval `json:"valid"`
	Document string   `json:"document,omitzero"`
	Source   Source   `json:"source,omitzero"`
}

// HouseMonthEntry is what is known of a service of a house in one month.
type HouseMonthEntry struct {
	OfHouse
	Period      Period  `json:"period"`
	Service     Service `json:"service"`
	Outside     Decimal `json:"outside,omitzero"`
	Production  Decimal `json:"production,omitzero"`
	HeatingDays int     `json:"heating_days,omitzero"`
	Outdoor     Decimal `json:"outdoor,omitzero"`
	People      int     `json:"people,omitzero"` // in the whole house; read of solid waste
	Source      Source  `json:"source,omitzero"`
}

// MadeEntry is a resource that a house spent in a month to make a service itself.
type MadeEntry struct {
	OfHouse
	Period  Period  `json:"period"`
	Service Service `json:"service"`
	MadeOf
}

// ContainerEntry is containers of a house that were emptied in a month.
type ContainerEntry struct {
	OfHouse
	Period Period `json:"period"`
	WasteContainer
}

// WasteYearEntry is a year of solid waste by containers, corrected in Period.
type WasteYearEntry struct {
	OfHouse
	Period Period `json:"period"`
	WasteYear
}

// WasteShareEntry is the part of an account in such a year.
type WasteShareEntry struct {
	OfAccount
	WasteShare
}

// DistributorEntry is what the heat distributors of an account have shown in a year.
type DistributorEntry struct {
	OfAccount
	DistributorShare
}

// StayEntry is temporary residents of an account.
type StayEntry struct {
	OfAccount
	Stay
}

// AbsenceEntry is people of an account being away.
type AbsenceEntry struct {
	OfAccount
	Absence
}

// ViolationEntry is consumption past the meter.
type ViolationEntry struct {
	OfAccount
	Violation
}

// MeterEventEntry is an act on an individual meter.
type MeterEventEntry struct {
	OfAccount
	Service Service `json:"service"`
	Serial  string  `json:"serial"`
	MeterEvent
}

// ControlEntry is what the registers of a meter showed at a check by the provider.
type ControlEntry struct {
	OfAccount
	Service  Service   `json:"service"`
	Serial   string    `json:"serial"`
	Readings []Reading `json:"readings"` // in the order of the registers
	Source   Source    `json:"source,omitzero"`
}

// QualityEntry is a quality act of a house, or of those of its accounts that it names.
type QualityEntry struct {
	OfHouse
	QualityAct
}
