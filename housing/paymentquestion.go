package housing

// PaymentQuestion is a payment that belongs to no account, with the accounts it may be meant for, or a reversal that has
// found no payment, with the payments it may mean.
type PaymentQuestion struct {
	Payment    Payment
	Registry   string // file it came in
	Row        int64
	Reason     string // in Russian
	Left       Money  // of the amount
	Candidates []MatchCandidate
	Twin       bool // it equals a payment of another file: perhaps it is the same
	Reversal   bool // a row that takes back a payment which is not known; the candidates are payments
}

// PaymentAnswer is what a person decided on such a payment.
type PaymentAnswer struct {
	Row     int    // of the workbook
	Key     string // the operator's number of the payment
	Account string // "": not decided, unless Reverse
	Reverse bool   // the money went back to the payer
	Same    bool   // it is the payment that it equals: no other money came
	Comment string

	Reversal bool   // the row is a reversal
	Of       string // the operator's number of the payment it takes back
	Done     bool   // nothing is to be taken back by it
}

// The words of the workbook of unidentified payments, as its writer and its reader must agree on them.
const (
	PaymentSheet         = "Невыясненные"
	PaymentColumnKey     = "Номер операции"
	PaymentColumnAnswer  = "Лицевой счёт (заполните)"
	PaymentColumnComment = "Основание"
	PaymentColumnSum     = "Сумма, руб."
	PaymentAnswerReverse = "вернуть"
	PaymentAnswerDone    = "учтено"
	PaymentAnswerSame    = "тот же платёж"
)
