package housing

// DoubleKind says how a service came to be charged twice.
type DoubleKind string

// The kinds of doubles.
const (
	DoubleAccounts DoubleKind = "accounts" // two accounts of one premises
	DoublePayees   DoubleKind = "payees"   // two payees on one account
	DoubleRegistry DoubleKind = "registry" // a supplier's registry and our own charge
)

// Russian returns the kind as a report prints it.
func (k DoubleKind) Russian() string {
	switch k {
	case DoubleAccounts:
		return "два лицевых счёта одного помещения"
	case DoublePayees:
		return "два получателя на одном счёте"
	case DoubleRegistry:
		return "реестр поставщика и наше начисление"
	}
	return ""
}

// DoubleSide is one of the two who charge for the same.
type DoubleSide struct {
	Account string `json:"account"`
	Issuer  string `json:"issuer"` // who issues the receipt
	Payee   string `json:"payee,omitzero"`
	Amount  Money  `json:"amount"` // of the month
	Source  Source `json:"source,omitzero"`
}

// Double is one service that two charge for on the same premises on the same days.
type Double struct {
	Kind     DoubleKind `json:"kind"`
	HouseID  int64      `json:"-"`
	House    string     `json:"house"`
	Premises string     `json:"premises,omitzero"`
	Service  Service    `json:"service"`
	From     Date       `json:"from"`
	Through  Date       `json:"through"`
	A        DoubleSide `json:"a"`
	B        DoubleSide `json:"b"`
}

// Russian says what is doubled in one sentence.
func (d *Double) Russian() string {
	return d.Service.Russian() + " за " + d.From.Russian() + "–" + d.Through.Russian() + ": " + d.A.russian() + " и " + d.B.russian() +
		" (" + d.Kind.Russian() + ")"
}

func (s DoubleSide) russian() string {
	text := s.Issuer + ", счёт " + s.Account + ", " + s.Amount.Russian() + " руб."
	if s.Payee != "" && s.Payee != s.Issuer {
		text = s.Issuer + " для «" + s.Payee + "», счёт " + s.Account + ", " + s.Amount.Russian() + " руб."
	}
	return text
}
