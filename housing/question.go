package housing

import "strings"

// MatchQuestion is a claim that matching did not settle: the operator decides. His workbook has one
// row for each, and the answer comes back as a MatchAnswer.
type MatchQuestion struct {
	Claim      Claim
	Reason     string // in Russian: why nobody was linked
	Candidates []MatchCandidate
}

// MatchCandidate is an account that a claim may belong to, the likeliest first.
type MatchCandidate struct {
	Account  Account
	House    string // address
	Evidence string // in Russian: what speaks for it
}

// Text names the candidate as a workbook offers it: number, address, payer, evidence.
func (c MatchCandidate) Text() string {
	var parts []string
	for _, part := range []string{c.Account.Number, addressOf(c.House, c.Account.Premises), c.Account.Payer, c.Evidence} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, " — ")
}

// MatchAnswer is the operator's decision on one claim. Without an account and not None it is open. What stands beside
// corrects the claim itself, whether he decided or not.
type MatchAnswer struct {
	Claim   int64
	Account string // number
	None    bool   // no account of ours
	Comment string
	Row     int    // of the sheet
	Told    bool   // the workbook has the columns of the right
	Right   Right  // without Origin, which the operator does not change
	Share   string // of ownership
	Data    DataConsent
	Double  int64 // of another claim, which is kept
}

// The words of the operator's workbook, which one room writes and another reads. Columns are found
// by their titles.
const (
	MatchSheet         = "Сопоставление"
	MatchColumnClaim   = "Заявка №"
	MatchColumnAnswer  = "Лицевой счёт (заполните)"
	MatchColumnComment = "Комментарий"

	MatchColumnGround     = "Основание"
	MatchColumnProxy      = "Доверенность"
	MatchColumnProxyUntil = "Доверенность до"
	MatchColumnShare      = "Доля"
	MatchColumnConsent    = "Согласие сособственников"
	MatchColumnData       = "Согласие на обработку данных"
	MatchColumnDataSince  = "Дата согласия"
	MatchColumnDouble     = "Двойник заявки №" // the claim that is kept

	MatchAnswerNone = "нет" // what the operator writes where no account is right
)
