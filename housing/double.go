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
	Other    string     `json:"other"`          // whose the second side is: ИНН of an issuer or payee, name of the partner whose registry it is
	Right    bool       `json:"right,omitzero"` // a person found that both may charge
	Reason   string     `json:"reason,omitzero"`
	By       string     `json:"by,omitzero"`
	Until    Period     `json:"until,omitzero"` // the last month for which that holds
}

// The words of the workbook of doubles, which one room writes and another reads. Columns are found by their titles.
const (
	DoubleSheet         = "Двойные начисления"
	DoubleColumnService = "Услуга"
	DoubleColumnAccount = "Лицевой счёт"
	DoubleColumnOther   = "ИНН или партнёр"
	DoubleColumnAnswer  = "Решение"
	DoubleColumnReason  = "Основание решения"
	DoubleColumnUntil   = "Действует по"

	DoubleAnswerRight = "правомерно" // both may charge
	DoubleAnswerWrong = "двойное"    // that both may is taken back
)

// DoubleAnswer is a decision of the filled workbook.
type DoubleAnswer struct {
	Row int
	DoubleDecision
}

// DoubleDecision is what a person found about the doubles of a service with one other side: that both may charge, or that this is
// taken back.
type DoubleDecision struct {
	Service Service
	Account string // "": of any account
	Other   string // as Double.Other
	Right   bool
	Until   Period // 0: until it is taken back
	Reason  string
	By      string
}

// Russian says what is doubled in one sentence.
func (d *Double) Russian() string {
	return d.Service.Russian() + " за " + d.From.Russian() + "–" + d.Through.Russian() + ": " + d.A.russian() + " и " + d.B.russian() +
		" (" + d.Kind.Russian() + ")"
}

func (s DoubleSide) russian() string {
	return s.Who() + ", счёт " + s.Account + ", " + s.Amount.Russian() + " руб."
}

// Who says who charges, and for whom where that is another.
func (s DoubleSide) Who() string {
	if s.Payee != "" && s.Payee != s.Issuer {
		return s.Issuer + " для «" + s.Payee + "»"
	}
	return s.Issuer
}
