package housing

// Payment is money that a payer paid in, as a registry reports it.
type Payment struct {
	ID        int64  `json:"id,omitzero"`
	Key       string `json:"key"`            // unique within the organisation: the operator's own number of the payment
	Account   string `json:"account"`        // as it came
	Payee     string `json:"payee,omitzero"` // INN of the organisation paid; empty: the issuer
	Payer     string `json:"payer,omitzero"`
	Address   string `json:"address,omitzero"`
	PaidOn    Date   `json:"paid_on"`
	Period    Period `json:"period,omitzero"` // the month the payer paid for, where stated
	Amount    Money  `json:"amount"`          // what the payer paid
	Transfer  Money  `json:"transfer"`        // what the bank passed on
	Fee       Money  `json:"fee"`             // what the bank kept: Amount − Transfer
	OrderNo   string `json:"order_no,omitzero"`
	OrderDate Date   `json:"order_date,omitzero"`
	// Numbering is whose number the key is: "" the bank's own, as all banks give it; NoNumber where the sender gave none;
	// else somebody's else, of which the key may begin with that word. Numbers of one numbering tell payments apart.
	Numbering string `json:"numbering,omitzero"`
	Source    Source `json:"source,omitzero"`
}

// NoNumber is the numbering of payments whose sender gives them no number: their keys are made of account, day and sum.
const NoNumber = "-"

// EqualRows is what becomes of a payment that equals one of another file in account, day, sum and payee, where no number
// tells whether it is the same.
type EqualRows string

// What there is to choose. None of them turns money away.
const (
	HoldEqual EqualRows = "hold" // it is taken in and belongs to no account until somebody decides; where nothing is said
	WarnEqual EqualRows = "warn" // it is booked, its row is told
	BookEqual EqualRows = "book" // it is booked
)

// Known reports whether it is one of them, or nothing is said.
func (e EqualRows) Known() bool { return e == "" || e == HoldEqual || e == WarnEqual || e == BookEqual }

// Balance (сальдо) is an account's standing with one payee for one service in one month. Debt is
// positive, advance negative: Opening + Charged + Corrected + Penalty − Paid = Closing.
type Balance struct {
	Service   Service `json:"service"`
	Payee     string  `json:"payee"` // INN
	Opening   Money   `json:"opening"`
	Charged   Money   `json:"charged"`
	Corrected Money   `json:"corrected"`
	Penalty   Money   `json:"penalty"`
	Paid      Money   `json:"paid"`
	Closing   Money   `json:"closing"`
}

// Close sets Closing from the other amounts, or returns ErrOverflow.
func (b *Balance) Close() error {
	closing, err := SumMoney(b.Opening, b.Charged, b.Corrected, b.Penalty, -b.Paid)
	if err != nil {
		return err
	}
	b.Closing = closing
	return nil
}

// NoPayment is a row of a registry that pays nothing and only brings something beside, such as readings.
type NoPayment struct {
	Source Source `json:"source,omitzero"`
}

// PaymentReversal is a row of a registry that takes an earlier payment back, whole or in part (сторно, возврат). Key is
// the operator's own number of the row; Amount, Transfer and Fee are what is taken back, above zero.
type PaymentReversal struct {
	Payment
	Of []string `json:"of,omitempty"` // numbers under which the payment taken back may be known, the likeliest first
}
