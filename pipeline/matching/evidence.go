package matching

import "strings"

// Status is how a claim stands after a decision.
type Status string

// The statuses that matching gives.
const (
	Linked   Status = "linked"
	Question Status = "question" // for the operator
)

// Decision is what matching says about one claim, and why.
type Decision struct {
	Status     Status
	AccountID  int64  // 0 where Status is Question
	Reason     string // stable code, see ReasonText
	Evidence   Evidence
	Tail       string      // of a question: what of the address was not understood
	Score      int         // of the evidence, for people who check decisions; it decided nothing
	Rules      int         // RulesVersion
	Candidates []Candidate // given by Match: of a question, the likeliest first
}

// Russian tells the reason to an operator, with what of the address was not understood.
func (d Decision) Russian() string {
	text := ReasonText(d.Reason)
	if d.Tail != "" {
		text += "; в адресе не разобрано: «" + d.Tail + "»"
	}
	return text
}

// RulesVersion numbers the rules. Whoever changes what Decide may answer raises it, so that stored decisions
// tell by which rules they were made.
const RulesVersion = 5

// Evidence is the record of a decision: its steps in order. It is stored as JSON.
type Evidence struct {
	Steps []Step `json:"steps"`
}

// Step is one comparison.
type Step struct {
	What   string `json:"what"`            // number, unified, elsewhere, address, premises, surname
	Given  string `json:"given,omitzero"`  // by the claim
	Found  string `json:"found,omitzero"`  // among the accounts
	Result string `json:"result"`          // same, similar, household, differs, spoiled, not_found, several, unknown
	Count  int    `json:"count,omitempty"` // of accounts found
}

// Results of steps.
const (
	resultSame      = "same"
	resultSimilar   = "similar"
	resultHousehold = "household"
	resultDiffers   = "differs"
	resultSpoiled   = "spoiled"
	resultNotFound  = "not_found"
	resultSeveral   = "several"
	resultUnknown   = "unknown"
)

// Steps of the record.
const (
	stepNumber    = "number"
	stepUnified   = "unified"
	stepElsewhere = "elsewhere"
	stepAddress   = "address"
	stepPremises  = "premises"
	stepSurname   = "surname"
)

func (e *Evidence) add(s Step) { e.Steps = append(e.Steps, s) }

// Russian tells the evidence to an operator: «номер совпадает; фамилия: в заявке «…», у счёта «…»».
func (e Evidence) Russian() string {
	parts := make([]string, 0, len(e.Steps))
	for _, s := range e.Steps {
		parts = append(parts, s.russian())
	}
	return strings.Join(parts, "; ")
}

func (s Step) russian() string {
	what := map[string]string{
		stepNumber: "лицевой счёт", stepUnified: "ЕЛС или ЖКУ", stepElsewhere: "номер у поставщика или в прежней системе",
		stepAddress: "дом", stepPremises: "помещение", stepSurname: "фамилия",
	}[s.What]
	result := map[string]string{
		resultSame: "совпадает", resultSimilar: "похоже", resultHousehold: "та же семья", resultDiffers: "отличается", resultSpoiled: "искажён",
		resultNotFound: "не найдено", resultSeveral: "несколько", resultUnknown: "сравнить не с чем",
	}[s.Result]
	text := what + ": " + result
	if s.Result == resultSame {
		return text
	}
	var sides []string
	if s.Given != "" {
		sides = append(sides, "в заявке «"+s.Given+"»")
	}
	if s.Found != "" {
		sides = append(sides, "у нас «"+s.Found+"»")
	}
	if len(sides) > 0 {
		text += " (" + strings.Join(sides, ", ") + ")"
	}
	return text
}

// Candidate is an account that a claim may belong to. Score orders candidates and decides nothing.
type Candidate struct {
	AccountID int64    `json:"account_id"`
	Number    string   `json:"number"`
	Score     int      `json:"score"`
	Evidence  Evidence `json:"evidence"`
}
