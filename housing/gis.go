package housing

// UnifiedEntry is what ГИС ЖКХ calls an account: the unified account number and the identifier of ЖКУ.
type UnifiedEntry struct {
	Account   string `json:"account"`
	Unified   string `json:"unified,omitzero"`
	ServiceID string `json:"service_id,omitzero"`
	Source    Source `json:"source,omitzero"`
}

// GISMeterEntry is the number that ГИС ЖКХ gave to a meter of an account, or of a house.
type GISMeterEntry struct {
	Number  string  `json:"number"`
	Account string  `json:"account,omitzero"` // "": a house meter
	House   string  `json:"house,omitzero"`
	Key     string  `json:"-"`
	Serial  string  `json:"serial"`
	Service Service `json:"service"`
	Source  Source  `json:"source,omitzero"`
}

// GISReading is a reading of a meter that is named by its number in ГИС ЖКХ.
type GISReading struct {
	Number string `json:"number"`
	Reading
}

// MeterOfGIS is a meter by its number in ГИС ЖКХ, for the workbook of readings.
type MeterOfGIS struct {
	Number  string
	House   string
	Service Service
	Zones   int
	On      Date
	Values  [3]Decimal // of the registers
}

// GISDocumentEntry is the number that ГИС ЖКХ gave to a payment document of ours.
type GISDocumentEntry struct {
	Number    string `json:"number"` // of the document, ours
	Period    Period `json:"period"`
	ServiceID string `json:"service_id"`
	GIS       string `json:"gis"` // identifier of the payment document, ИПД
	Source    Source `json:"source,omitzero"`
}
