package housing

// Reconciliation is one registry of payments beside the money that the bank passed on for it, or money
// that came without a registry. A payment order may cover several registries: its sum and the
// difference stand with the first of them.
type Reconciliation struct {
	Registry   string // file; "": money without a registry
	Bank       string // who paid, by the bank statement
	Payee      string // INN
	Rows       int
	Amount     Money // paid by the payers
	Fee        Money // kept by the bank
	Transfer   Money // passed on, by the registry
	OrderNo    string
	OrderDate  Date
	Credited   Date  // zero: not found in a bank statement
	Received   Money // by the bank statement
	Difference Money // Received − Transfer of all registries of the order
	Known      bool  // a bank statement covers the payment order
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
