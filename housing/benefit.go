package housing

// BenefitKind says which way a BenefitEntry goes.
type BenefitKind string

// The kinds of entries.
const (
	BenefitRequest BenefitKind = "request" // the authority asks what a person is charged
	BenefitGrant   BenefitKind = "grant"   // the authority says what it pays for a person
)

// Beneficiary is a person as an authority of social protection names him.
type Beneficiary struct {
	Last       string `json:"last"`
	First      string `json:"first,omitzero"`
	Patronymic string `json:"patronymic,omitzero"`
	Born       Date   `json:"born,omitzero"`
}

// BenefitEntry is one person and one service in an exchange with an authority of social protection
// (соцзащита): what it asks about, or the benefit or subsidy that it grants. Account is as it came: who
// it is stands where it is looked up.
type BenefitEntry struct {
	Kind        BenefitKind `json:"kind"`
	Person      Beneficiary `json:"person"`
	Account     string      `json:"account,omitzero"`
	Address     string      `json:"address,omitzero"`
	Service     Service     `json:"service,omitzero"`      // "" where the name is none of ours, or all services
	ServiceName string      `json:"service_name,omitzero"` // as it came
	Payee       string      `json:"payee,omitzero"`        // name of the organisation, as it came
	Period      Period      `json:"period,omitzero"`       // zero where the layout states none
	Area        Decimal     `json:"area,omitzero"`
	People      int         `json:"people,omitzero"`
	Entitled    int         `json:"entitled,omitzero"` // people with a right to the benefit
	Tariff      Decimal     `json:"tariff,omitzero"`
	Volume      Decimal     `json:"volume,omitzero"`
	Charged     Money       `json:"charged,omitzero"`
	Benefit     Money       `json:"benefit,omitzero"`
	Debt        Money       `json:"debt,omitzero"`
	DebtSince   Date        `json:"debt_since,omitzero"`
	DebtMonths  int         `json:"debt_months,omitzero"`
	Until       Date        `json:"until,omitzero"` // day on which the benefit ends
	Source      Source      `json:"source,omitzero"`
}
