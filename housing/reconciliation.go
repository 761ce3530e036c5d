package housing

// Reconciliation is one registry of payments beside the money that the bank passed on for it, or money
// that came without a registry. A payment order may cover several registries: its sum and the
// difference stand with the first of them.
type Reconciliation struct {
	Registry   string `json:"registry,omitzero"` // file; "": money without a registry
	Bank       string `json:"bank,omitzero"`     // who paid, by the bank statement
	Payee      string `json:"payee"`             // INN
	Rows       int    `json:"rows"`
	Amount     Money  `json:"amount"`   // paid by the payers
	Fee        Money  `json:"fee"`      // kept by the bank
	Transfer   Money  `json:"transfer"` // passed on, by the registry
	OrderNo    string `json:"order_no,omitzero"`
	OrderDate  Date   `json:"order_date,omitzero"`
	Credited   Date   `json:"credited,omitzero"` // zero: not found in a bank statement
	Received   Money  `json:"received"`          // by the bank statement
	Difference Money  `json:"difference"`        // Received − Transfer of all registries of the order
	Known      bool   `json:"known"`             // a bank statement covers the payment order
}

// Status says in Russian how the registry and the money agree.
func (r Reconciliation) Status() string {
	switch {
	case r.Registry == "":
		return "деньги без реестра"
	case !r.Known && r.OrderNo == "":
		return "в реестре нет платёжного поручения"
	case !r.Known:
		return "поручения нет в выписке"
	case r.Difference != 0:
		return "суммы расходятся"
	}
	return "сходится"
}

// Agrees reports whether registry and money are the same.
func (r Reconciliation) Agrees() bool { return r.Registry != "" && r.Known && r.Difference == 0 }
