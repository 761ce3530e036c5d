package housing

// MeterEventKind is what can happen to a meter besides readings.
type MeterEventKind string

// The kinds of meter events (Правила 354, п. 59–62, 85).
const (
	MeterFailed   MeterEventKind = "failed"    // out of order or lost
	MeterNoAccess MeterEventKind = "no_access" // act on a refused check
)

// MeterEvent is something that takes a meter out of account from a day on, until To: the first day
// on which it counts again. Without To it goes on.
type MeterEvent struct {
	Kind     MeterEventKind `json:"kind"`
	On       Date           `json:"on"`
	To       Date           `json:"to,omitzero"`
	Document string         `json:"document,omitzero"` // the act
	Source   Source         `json:"source,omitzero"`
}

// Absence (временное отсутствие, п. 86–97) is people of an account being away. Full days are those
// between the day of leaving and the day of return.
type Absence struct {
	People    int    `json:"people"`
	Left      Date   `json:"left"`
	Returned  Date   `json:"returned,omitzero"`  // zero: not back yet
	Applied   Date   `json:"applied,omitzero"`   // day of the application
	Emergency bool   `json:"emergency,omitzero"` // everybody out because of an accident: meters do not matter
	Document  string `json:"document,omitzero"`  // what proves it (п. 93)
	Source    Source `json:"source,omitzero"`
}

// Stay is temporary residents of an account on days that Occupancy.People does not count (п. 56–58).
type Stay struct {
	Valid    Interval `json:"valid"`
	People   int      `json:"people"`
	Document string   `json:"document,omitzero"` // act or registration
	Source   Source   `json:"source,omitzero"`
}

// ViolationKind is a way of consuming past the meter.
type ViolationKind string

// The kinds of violations (п. 62, 81(11)).
const (
	Tampering    ViolationKind = "tampering"    // вмешательство в работу прибора
	Unauthorised ViolationKind = "unauthorised" // самовольное подключение
)

// Violation is consumption past the meter that an act has found.
type Violation struct {
	Kind     ViolationKind `json:"kind"`
	Service  Service       `json:"service"`
	Valid    Interval      `json:"valid"`             // from the day that the act proves to the day it ended
	Found    Date          `json:"found"`             // day of the act
	Power    Decimal       `json:"power,omitzero"`    // of what was connected, units of the service an hour
	Document string        `json:"document,omitzero"` // the act
	Source   Source        `json:"source,omitzero"`
}

// QualityKind is what was wrong with a service.
type QualityKind string

// The kinds of quality acts (Правила 354, приложение № 1).
const (
	Interruption QualityKind = "interruption"
	Temperature  QualityKind = "temperature" // of hot water or of a heated room
	Planned      QualityKind = "planned"     // planned outage of hot water
)

// QualityAct is an act on a service that was interrupted or not as it must be (п. 98–113).
type QualityAct struct {
	Kind     QualityKind `json:"kind"`
	Service  Service     `json:"service"`
	From     Moment      `json:"from"`
	To       Moment      `json:"to"`
	Measured Measurement `json:"measured,omitzero"` // °C of the water, of the room, for waste of the air
	Corner   bool        `json:"corner,omitzero"`   // a corner room
	Accident bool        `json:"accident,omitzero"` // an accident, where the law allows it longer
	Sources  int         `json:"sources,omitzero"`  // independent sources of electricity, 1 or 2
	Accounts []string    `json:"accounts,omitempty"`
	Document string      `json:"document"` // number and date of the act
	Source   Source      `json:"source,omitzero"`
}

// RangeBase is what the bound of a range is counted per.
type RangeBase string

// The bases of a range.
const (
	RangePerAccount RangeBase = "account"
	RangePerPerson  RangeBase = "person" // social norm
)

// ConsumptionRange is the upper bound of a range of consumption (диапазон объёмов, социальная норма)
// in a month. What lies above the last bound is the range after it.
type ConsumptionRange struct {
	Service  Service   `json:"service"`
	Range    int       `json:"range"` // 1 is the first
	UpTo     Decimal   `json:"up_to"` // units of the service a month
	Base     RangeBase `json:"base"`
	Least    Decimal   `json:"least,omitzero"`    // of an account, where Base is a person
	Whole    bool      `json:"whole,omitzero"`    // zones share it in whole units
	Category string    `json:"category,omitzero"` // of AccountService; empty: all others
	House    string    `json:"house,omitzero"`    // as in Tariff
	Valid    Interval  `json:"valid"`
	Document string    `json:"document,omitzero"`
	Source   Source    `json:"source,omitzero"`
}

// CommunalFlat is a flat of several accounts: its rooms share its meters and its heat.
type CommunalFlat struct {
	Flat      string           `json:"flat"` // as in Premises
	Occupancy []CommunalPeople `json:"occupancy"`
	Meters    []MeterFacts     `json:"meters,omitempty"` // common to the rooms
}

// CommunalPeople is what is true of a communal flat in an interval.
type CommunalPeople struct {
	Valid  Interval `json:"valid"`
	People int      `json:"people"` // charged in all its rooms
	Area   Decimal  `json:"area"`   // m², total area of the flat
	Rooms  Decimal  `json:"rooms"`  // m², of all its rooms
	Source Source   `json:"source,omitzero"`
}

// WasteContainer is containers of the house that were emptied in the month (separate collection).
type WasteContainer struct {
	Capacity Decimal `json:"capacity"` // m³ of one
	Count    int     `json:"count"`
	Removals int     `json:"removals"` // how often they were emptied in the month
	Document string  `json:"document,omitzero"`
	Source   Source  `json:"source,omitzero"`
}

// WasteYear is what a year of solid waste cost the house by containers, to be compared in the first
// quarter with what its accounts were charged by norm.
type WasteYear struct {
	Year     int     `json:"year"`
	Cost     Money   `json:"cost"`
	Weight   Decimal `json:"weight"` // of all accounts: person-months or m²-months
	Document string  `json:"document,omitzero"`
	Source   Source  `json:"source,omitzero"`
}

// WasteShare is the part of an account in a WasteYear.
type WasteShare struct {
	Year    int     `json:"year"`
	Weight  Decimal `json:"weight"`
	Charged Money   `json:"charged"` // in the year, corrections included
	Source  Source  `json:"source,omitzero"`
}
