package housing

// SnapshotFormat is the version of the JSON form of Snapshot.
const SnapshotFormat = 1

// Snapshot is everything known about one house in one month, as one organisation bills it: the only
// input of the calculation. Its JSON form is stored with every run, read by `kvitok calc`, replayed
// by `kvitok replay`. Slices are sorted by their keys, so that equal facts give equal bytes.
type Snapshot struct {
	Format       int               `json:"format"`
	Period       Period            `json:"period"`
	Organisation string            `json:"organisation"` // INN of the issuer
	House        House             `json:"house"`
	Parameters   []Parameter       `json:"parameters"`
	Tariffs      []Tariff          `json:"tariffs"`
	Norms        []Norm            `json:"norms"`
	HouseMeters  []CollectiveMeter `json:"house_meters,omitempty"`
	HouseFacts   []HouseFacts      `json:"house_facts,omitempty"`
	Services     []AccountService  `json:"services,omitempty"` // of the house: of accounts without any of their own, where JSON leaves them out
	Accounts     []AccountFacts    `json:"accounts"`

	Ranges        []ConsumptionRange `json:"ranges,omitempty"`
	CommunalFlats []CommunalFlat     `json:"communal_flats,omitempty"`
	QualityActs   []QualityAct       `json:"quality_acts,omitempty"`
	Containers    []WasteContainer   `json:"waste_containers,omitempty"` // emptied in the month
	WasteYears    []WasteYear        `json:"waste_years,omitempty"`
}

// AccountFacts is what is known of one account in the month.
type AccountFacts struct {
	Account
	Past         []PastCharge       `json:"past,omitempty"` // of the year before, for yearly corrections
	Distributors []DistributorShare `json:"distributors,omitempty"`

	Occupancy []Occupancy      `json:"occupancy"`
	Services  []AccountService `json:"services,omitzero"` // JSON leaves those of the house out
	Meters    []MeterFacts     `json:"meters,omitempty"`

	Stays       []Stay       `json:"stays,omitempty"`
	Absences    []Absence    `json:"absences,omitempty"`
	Violations  []Violation  `json:"violations,omitempty"`
	WasteShares []WasteShare `json:"waste_shares,omitempty"`
	Benefits    []Benefit    `json:"benefits,omitempty"`
}

// MeterFacts is a meter with the readings that bound its consumption: the last accepted one before
// the month (or the initial one) and all of the month, in order of date; and earlier volumes.
type MeterFacts struct {
	Meter
	Readings []Reading     `json:"readings,omitempty"`
	History  []MonthVolume `json:"history,omitempty"`
	Events   []MeterEvent  `json:"events,omitempty"`
	Replaces string        `json:"replaces,omitzero"` // serial of the meter that stood here before
}
