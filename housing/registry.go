package housing

// The entries below are what one row of a registry says. They name their house by its address and
// their account by its number, as the sender knows them; Key fields are the normalised address.

// HouseService is a service of all accounts of a house, or of one account of it.
type HouseService struct {
	House   string // address as it came
	Key     string // normalised address, filled in before storing
	Account string // number; empty: every account of the house
	AccountService
}

// AccountEntry is one account with what is true of it since a day.
type AccountEntry struct {
	House     string // address as it came
	Key       string // normalised address
	Account   Account
	Occupancy Occupancy
}

// MeterEntry is one individual meter with the readings it started with. Common says that it counts for
// all rooms of the communal flat that the account is a room of.
type MeterEntry struct {
	Account  string
	Meter    Meter
	Initial  []Reading
	Common   bool   `json:",omitzero"`
	Replaces string `json:",omitzero"` // serial of the meter that stood here before
}

// HouseVolume is the volume of a house meter in a month.
type HouseVolume struct {
	House  string
	Key    string
	Period Period
	CollectiveMeter
}

// OpeningBalance is what an account owes at the start of the first month kept here.
type OpeningBalance struct {
	Account string
	Service Service
	Payee   string // INN
	Period  Period // the first month kept here
	Month   Period // of the debt; none: older than our records
	Amount  Money
	Source  Source
}
