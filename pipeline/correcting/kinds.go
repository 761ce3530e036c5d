package correcting

import (
	"encoding/json"
	"slices"

	"github.com/kvitok-gkh/kvitok/housing"
)

// kind is how facts of one kind are told apart and named.
type kind[T any] struct {
	plain  func(T, housing.Period) T // without its source, cut to the month
	source func(*T) housing.Source
	text   func(*T) string // in Russian
}

// form is a fact as text: equal for equal facts, wherever they came from.
func (k kind[T]) form(v T, month housing.Period) string {
	text, err := json.Marshal(k.plain(v, month))
	if err != nil {
		return "?" + err.Error() // no type of the vocabulary fails
	}
	return string(text)
}

// onlyIn are the facts of one list that the other has not.
func (k kind[T]) onlyIn(month housing.Period, list, other []T) []T {
	forms := make([]string, len(other))
	for i := range other {
		forms[i] = k.form(other[i], month)
	}
	var only []T
	for i := range list {
		at := slices.Index(forms, k.form(list[i], month))
		if at < 0 {
			only = append(only, list[i])
			continue
		}
		forms = slices.Delete(forms, at, at+1)
	}
	return only
}

// compare names the facts that are new, and where there are none those that are gone. A fact that only ends
// where a new one begins is not named: its row is not what came late.
func (k kind[T]) compare(month housing.Period, was, now []T) (facts []housing.CorrectionFact, differ bool) {
	added, gone := k.onlyIn(month, now, was), k.onlyIn(month, was, now)
	came := slices.DeleteFunc(slices.Clone(added), func(v T) bool {
		return slices.ContainsFunc(gone, func(g T) bool { return k.source(&g) == k.source(&v) })
	})
	if len(came) > 0 {
		added = came
	}
	for i := range added {
		facts = append(facts, housing.CorrectionFact{Text: k.text(&added[i]), Source: k.source(&added[i])})
	}
	if len(added) == 0 {
		for i := range gone {
			facts = append(facts, housing.CorrectionFact{Text: k.text(&gone[i]), Source: k.source(&gone[i]), Undone: true})
		}
	}
	return facts, len(added)+len(gone) > 0
}

func cut(i housing.Interval, month housing.Period) housing.Interval {
	within, ok := i.Within(month)
	if !ok {
		return i
	}
	return within
}

func withDocument(text, document string) string {
	if document != "" {
		text += ", " + document
	}
	return text
}

func span(from, to housing.Date) string {
	text := " с " + from.Russian()
	if !to.IsZero() {
		text += " по " + to.AddDays(-1).Russian()
	}
	return text
}
