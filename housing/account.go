package housing

// Account (лицевой счёт) is what a resident is billed by. Number is text of 1 to 20 characters and
// keeps its leading zeros; it is unique within an organisation.
type Account struct {
	ID        int64    `json:"id,omitzero"`
	Number    string   `json:"number"`
	Unified   string   `json:"unified,omitzero"`    // ЕЛС of ГИС ЖКХ: NNАANNNNNN
	ServiceID string   `json:"service_id,omitzero"` // идентификатор ЖКУ: ЕЛС-NN
	Premises  Premises `json:"premises"`
	Payer     string   `json:"payer,omitzero"` // who the receipt is made out to
	Opened    Date     `json:"opened,omitzero"`
	Closed    Date     `json:"closed,omitzero"` // first day on which the account no longer exists
	Source    Source   `json:"source,omitzero"`
}

// Occupant tells by which right the premises are held; it decides who owes what (ЖК 154).
type Occupant string

// The kinds of occupants.
const (
	Owner  Occupant = "owner"
	Tenant Occupant = "tenant" // наниматель по договору социального найма
)

// Occupancy is what is true of an account in an interval: area, people, owners. An account has one
// at a time.
type Occupancy struct {
	Valid    Interval `json:"valid"`
	Area     Decimal  `json:"area"`   // m², total area of the premises (Si)
	People   int      `json:"people"` // living there permanently and temporarily
	Owners   int      `json:"owners"` // counted where nobody is registered (п. 56(2))
	Occupant Occupant `json:"occupant"`
	Source   Source   `json:"source,omitzero"`
}

// AccountService is a service that an account receives in an interval and whom it pays for it.
type AccountService struct {
	Service       Service  `json:"service"`
	Payee         string   `json:"payee"`                   // INN of the organisation paid
	MeterPossible bool     `json:"meter_possible,omitzero"` // false: act of technical impossibility, no raising coefficient
	Category      string   `json:"category,omitzero"`       // chooses ranges: "electric_stove" and the like
	Equipment     string   `json:"equipment,omitzero"`      // parts of a norm that apply, by spaces: "cooking heating"
	Valid         Interval `json:"valid"`
	Source        Source   `json:"source,omitzero"`

	OwnSource bool `json:"own_source,omitzero"` // heating: lawful heat source of the premises' own

	// Of rent, where the act gives only the base of the rate: quality and amenities (Кj), and how the
	// municipality sets its level (Кс).
	Quality        Decimal `json:"quality,omitzero"`
	Correspondence Decimal `json:"correspondence,omitzero"`
}

// Claim is a resident as a registry names him, to be matched to an account.
type Claim struct {
	ID       int64       `json:"id,omitzero"`
	Account  string      `json:"account,omitzero"` // as it came
	Unified  string      `json:"unified,omitzero"`
	FullName string      `json:"full_name"`
	Address  string      `json:"address,omitzero"` // as it came
	Phone    string      `json:"phone,omitzero"`   // E.164
	Email    string      `json:"email,omitzero"`   // lower case
	Share    string      `json:"share,omitzero"`   // of ownership, "1/2"
	Right    Right       `json:"right,omitzero"`
	Data     DataConsent `json:"data,omitzero"`
	Source   Source      `json:"source,omitzero"`
}
