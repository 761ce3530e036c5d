package housing

// BenefitScope says for whom a benefit is given.
type BenefitScope string

// The scopes.
const (
	HolderScope BenefitScope = "holder" // for the part of its holder
	FamilyScope BenefitScope = "family" // for the parts of all who live with him
)

// BenefitMode says what becomes of the money of a benefit.
type BenefitMode string

// The modes. Without one, the parameter benefit.mode decides.
const (
	Discount     BenefitMode = "discount"     // taken off the charge; the budget owes it to the organisation
	Compensation BenefitMode = "compensation" // paid to the citizen (ЕДК); the charge stays, it is only reported
)

// Russian returns the mode as a report prints it.
func (m BenefitMode) Russian() string {
	switch m {
	case Discount:
		return "скидка в квитанции"
	case Compensation:
		return "компенсация деньгами"
	}
	return ""
}

// Benefit (мера социальной поддержки, льгота) is the right of one person of an account in an interval: a
// percent of the charge, or a sum a month; or the subsidy (субсидия) that it was granted.
type Benefit struct {
	Person     string       `json:"person"`            // tells the holders of one account apart: a number, no name
	Category   string       `json:"category"`          // as the authority names it
	Service    Service      `json:"service,omitzero"`  // "": every service that benefits are given on
	Percent    Decimal      `json:"percent,omitzero"`  // of the charge
	Amount     Money        `json:"amount,omitzero"`   // roubles a month, in the place of a percent; of one service
	Scope      BenefitScope `json:"scope"`             //
	WithinNorm bool         `json:"within,omitzero"`   // up to the norm of consumption, or the social norm of area
	Mode       BenefitMode  `json:"mode,omitzero"`     // "": as the parameter benefit.mode says
	Valid      Interval     `json:"valid"`             //
	Document   string       `json:"document,omitzero"` // by which it was granted
	Subsidy    bool         `json:"subsidy,omitzero"`  // a sum a month of a family, put on all that it is charged
	Source     Source       `json:"source,omitzero"`
}

// BenefitGrantEntry is a benefit as a row of a registry brings it, with the
// account and the person that it belongs to.
type BenefitGrantEntry struct {
	OfAccount
	Holder Beneficiary `json:"holder"`
	SNILS  string      `json:"snils,omitzero"` // eleven digits
	Benefit
}

// BenefitShare is what one benefit came to on one line of charge: what is reported to the authority of
// social protection.
type BenefitShare struct {
	Account  string      `json:"account"`
	Person   string      `json:"person"`
	Category string      `json:"category"`
	Mode     BenefitMode `json:"mode"`
	Service  Service     `json:"service"`
	Payee    string      `json:"payee"`
	Zone     Zone        `json:"zone,omitzero"`
	Range    int         `json:"range,omitzero"`
	Segment  Interval    `json:"segment"`
	Charged  Money       `json:"charged"`          // of the line, before the benefit
	Volume   Decimal     `json:"volume"`           // of the line
	Covered  Decimal     `json:"covered,omitzero"` // the part of it that the benefit is given on; none for a sum
	Price    Decimal     `json:"price"`
	Percent  Decimal     `json:"percent,omitzero"`
	Amount   Money       `json:"amount"` // of the benefit, positive
	Document string      `json:"document,omitzero"`
}
