package housing

// HouseMeterEntry is a house meter (ОДПУ) as a registry names it: where it stands, what it measures, and
// the measuring point (точка учёта) under which automatic systems report it.
type HouseMeterEntry struct {
	House        string    `json:"house"` // address as it came
	Key          string    `json:"-"`     // normalised address
	Service      Service   `json:"service"`
	Serial       string    `json:"serial"`
	Zones        int       `json:"zones"`                // number of registers: 1, 2, 3
	Coefficient  Decimal   `json:"coefficient,omitzero"` // of transformation, zero: 1
	Point        string    `json:"point,omitzero"`
	Commissioned Date      `json:"commissioned,omitzero"`
	VerifyBy     Date      `json:"verify_by,omitzero"` // the first day on which the verification has expired
	Closed       Date      `json:"closed,omitzero"`
	Readings     []Reading `json:"readings,omitempty"`
	Source       Source    `json:"source,omitzero"`
}

// HouseMeterReading is a reading of a house meter that is known already. The meter is named by its
// serial number; address and service narrow it down where the sender gives them.
type HouseMeterReading struct {
	House   string  `json:"house,omitzero"`
	Key     string  `json:"-"`
	Service Service `json:"service,omitzero"`
	Serial  string  `json:"serial"`
	Reading
}

// PointDay is a day of one channel of a measuring point, as an automatic system reports it. A later
// message on the same day replaces an earlier one.
type PointDay struct {
	Sender    string  `json:"sender"` // INN
	System    string  `json:"system,omitzero"`
	Point     string  `json:"point"`
	PointName string  `json:"point_name,omitzero"`
	Channel   string  `json:"channel"` // "01" active in, "02" active out, "03", "04" reactive
	Day       Date    `json:"day"`
	Number    int     `json:"number"` // of the message
	Volume    Decimal `json:"volume"`
	Periods   int     `json:"periods"`           // with a value
	Doubtful  int     `json:"doubtful,omitzero"` // periods whose value is not commercial
	Missing   int     `json:"missing,omitzero"`  // periods without a value
	Source    Source  `json:"source,omitzero"`
}
