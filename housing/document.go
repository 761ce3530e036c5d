package housing

// PaymentDocument (платёжный документ) is one receipt: all that is printed on it, ready to draw.
// Sums are final; whoever draws it adds up nothing but columns.
type PaymentDocument struct {
	Number         string // unique within the organisation and month
	Identifier     string // идентификатор платёжного документа of ГИС ЖКХ; empty before it is given
	Period         Period
	PayBy          Date
	Issuer         Organisation
	House          House
	Account        Account
	Area           Decimal
	People         int
	Payees         []PayeeTotal // in order of print; each gets its own payment code
	Lines          []DocumentLine
	Meters         []DocumentMeter
	Reference      []ReferenceLine
	Recalculations []Recalculation
	Change         *MonthChange // against the month before; nil where there is none to compare with
	Months         []MonthSum   // charged, up to twelve months in order of time, this one last
	ReadingsBy     Date         // last day for the readings of the next month
	CheckCode      string       // by which the register of issued documents is asked; not part of the content
	DeliverTo      string       `json:",omitzero"` // address that it is sent to, where that is not the premises
	PostalIndex    string       `json:",omitzero"` // of that address, or of the premises
	Instalments    []Instalment `json:",omitempty"`
	Opening        Money
	Charged        Money
	Paid           Money
	LastPaid       Date
	Penalty        Money
	ToPay          Money // Opening + Charged + Penalty − Paid; negative is an advance
}

// MonthSum is what an account was charged for a month, corrections included.
type MonthSum struct {
	Period Period
	Amount Money
}

// MonthChange is why a resident pays more or less than the month before: the service that changed most,
// with its volume and price then and now.
type MonthChange struct {
	Was, Now       Money // charged, corrections included
	Service        Service
	ServiceWas     Money
	ServiceNow     Money
	VolumeWas      Decimal
	VolumeNow      Decimal
	PriceWas       Decimal // zero where there was more than one
	PriceNow       Decimal
	CorrectedApart Money // corrections within ServiceNow less those within ServiceWas
}

// PayeeTotal is what one payee is to get.
type PayeeTotal struct {
	Payee   Organisation
	Opening Money
	Charged Money
	Penalty Money
	Paid    Money
	ToPay   Money
}

// DocumentLine is one row of the table of charges.
type DocumentLine struct {
	Service     Service
	Zone        Zone
	Payee       string // INN
	Method      Method
	Volume      Decimal
	Price       Decimal
	Charged     Money   // base charge
	Coefficient Decimal // zero: none
	Excess      Money   // because of the coefficient
	Corrected   Money
	Benefit     Money
	Total       Money
}

// DocumentMeter is one register in the reference part.
type DocumentMeter struct {
	Service    Service
	Serial     string
	Zone       Zone
	PreviousOn Date
	Previous   Decimal
	CurrentOn  Date // zero: no reading this month
	Current    Decimal
	Volume     Decimal
	VerifyBy   Date
	Digits     int           // before the decimal mark, of the boxes for the next reading
	Use        []MonthVolume // up to twelve months in order of time, this one last
	FailedOn   Date          `json:",omitzero"` // it does not count since that day
	Instead    Method        `json:",omitzero"` // by what the service is charged while it does not count
}

// Recalculation (перерасчёт) is why a line was corrected: an absence, bad quality, a mistake. Its
// amount is part of Corrected of a line.
type Recalculation struct {
	Service Service
	Period  Period // the month corrected
	Amount  Money
	Ground  string // in Russian, with the document
}

// ReferenceLine is one service in the reference part: norm, tariff document, house volume.
type ReferenceLine struct {
	Service     Service
	Norm        Decimal // zero: none
	NormBase    NormBase
	HouseVolume Decimal // zero: no house meter
	Document    string  // act that sets the tariff
}
