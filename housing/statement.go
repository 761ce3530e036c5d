package housing

// BankStatement is what a bank says of one account over some days. A statement that adds up proves
// that none of its documents is missing: Opening + Received − Spent = Closing.
type BankStatement struct {
	Account  string `json:"account"` // расчётный счёт, 20 digits
	From     Date   `json:"from"`    // first day
	Through  Date   `json:"through"` // last day
	Opening  Money  `json:"opening"`
	Received Money  `json:"received"`
	Spent    Money  `json:"spent"`
	Closing  Money  `json:"closing"`
	Source   Source `json:"source,omitzero"`
}

// BankParty is one side of a BankDocument.
type BankParty struct {
	Name    string `json:"name,omitzero"`
	INN     string `json:"inn,omitzero"`
	Account string `json:"account"` // расчётный счёт
	BIC     string `json:"bic,omitzero"`
}

// BankDocument is money that moved between two bank accounts. Which way it went is for whoever asks to
// tell: the side on which his own account stands. The same document may come in the statements of both.
type BankDocument struct {
	Kind     string    `json:"kind"`   // as it came: «Платежное поручение», «Банковский ордер»
	Number   string    `json:"number"` // not unique: two documents of one day may share it
	Dated    Date      `json:"dated"`
	Debited  Date      `json:"debited,omitzero"`  // left the payer's account
	Credited Date      `json:"credited,omitzero"` // came to the payee's account
	Amount   Money     `json:"amount"`
	Payer    BankParty `json:"payer"`
	Payee    BankParty `json:"payee"`
	Purpose  string    `json:"purpose,omitzero"`

	// ServiceIDs are the identifiers of the dwelling, service or payment document that stand in the
	// purpose behind "///".
	ServiceIDs []string `json:"service_ids,omitempty"`
	// Copy counts documents of one file that are alike in everything, from 0: they are two movements.
	Copy   int    `json:"copy,omitzero"`
	Source Source `json:"source,omitzero"`
}
