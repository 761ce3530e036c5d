package housing

// Meter (ИПУ) is an individual meter of an account. Its registers are its zones.
type Meter struct {
	ID           int64   `json:"id,omitzero"`
	Serial       string  `json:"serial"`
	Service      Service `json:"service"`
	Zones        []Zone  `json:"zones"`  // one for each register, [""] for a one-tariff meter
	Digits       int     `json:"digits"` // before the point; a register rolls over at 10^Digits
	Commissioned Date    `json:"commissioned,omitzero"`
	VerifyBy     Date    `json:"verify_by,omitzero"` // the first day on which the verification has expired
	Closed       Date    `json:"closed,omitzero"`
	Source       Source  `json:"source,omitzero"`
}

// Reading (показание) is what a register showed on a day.
type Reading struct {
	Zone    Zone    `json:"zone,omitzero"`
	On      Date    `json:"on"`
	Value   Decimal `json:"value"`
	Control bool    `json:"control,omitzero"` // taken by the provider at a check: it wins (п. 61)
	Source  Source  `json:"source,omitzero"`
}

// MeterReading is a reading as it arrives, before its meter is known.
type MeterReading struct {
	Account string  // number or payment code as it came, may be empty
	Serial  string  // may be empty if Code is set
	Code    string  // the sender's code of the meter, may be empty
	Service Service // may be empty where the sender does not say
	Reading
}

// CollectiveMeter (ОДПУ) is a house meter with its volume of a month.
type CollectiveMeter struct {
	Serial  string  `json:"serial"`
	Service Service `json:"service"`
	Volume  Decimal `json:"volume"` // of the month, in units of the service
	Source  Source  `json:"source,omitzero"`
}

// MonthVolume is a volume charged in an earlier month, from which averages are made (п. 59).
type MonthVolume struct {
	Period  Period  `json:"period"`
	Zone    Zone    `json:"zone,omitzero"`
	Volume  Decimal `json:"volume"`
	Metered bool    `json:"metered"` // by readings, not by an average or norm
	// Unread is how much of Volume was charged by an average or norm for days from the register's last reading in
	// the month on. The next reading measures those days again.
	Unread Decimal `json:"unread,omitzero"`
}

// After returns a month that was corrected: days that were charged without readings still come after the last one,
// unless the month was measured in the end.
func (v MonthVolume) After(was MonthVolume) MonthVolume {
	if v.Metered || !v.Unread.IsZero() {
		return v
	}
	v.Unread = was.Unread
	if v.Unread.Cmp(v.Volume) > 0 {
		v.Unread = v.Volume
	}
	return v
}

// ZonesOf returns the registers of a meter with so many tariffs: one, day and night, or peak, half-peak and
// night.
func ZonesOf(tariffs int) []Zone {
	switch tariffs {
	case 2:
		return []Zone{ZoneDay, ZoneNight}
	case 3:
		return []Zone{ZonePeak, ZoneHalfPeak, ZoneNight}
	}
	return []Zone{ZoneSingle}
}
