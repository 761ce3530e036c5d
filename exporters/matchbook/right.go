package matchbook

import (
	"errors"
	"fmt"

	"github.com/kvitok-gkh/kvitok/exporters/workbook"
	"github.com/kvitok-gkh/kvitok/housing"
)

// rightTitles are those of columns M to T.
func rightTitles() []string {
	return []string{
		housing.MatchColumnGround, housing.MatchColumnProxy, housing.MatchColumnProxyUntil, housing.MatchColumnShare,
		housing.MatchColumnConsent, housing.MatchColumnData, housing.MatchColumnDataSince, housing.MatchColumnDouble,
	}
}

// rightWords are the cells M to T of a claim, in the words that are read back.
func rightWords(c housing.Claim) []string {
	return []string{
		groundWord(c.Right.Ground), c.Right.Proxy, dateWord(c.Right.ProxyUntil), c.Share,
		consentWord(c.Right.Consent), consentWord(c.Data.Answer), dateWord(c.Data.Since), "",
	}
}

func groundWord(g housing.Ground) string {
	switch g {
	case housing.ByOwnership:
		return "собственник"
	case housing.ByTenancy:
		return "наниматель"
	case housing.BySocialTenancy:
		return "социальный наниматель"
	case housing.ByProxy:
		return "представитель"
	}
	return ""
}

func consentWord(c housing.Consent) string {
	switch c {
	case housing.ConsentGiven:
		return "да"
	case housing.ConsentRefused:
		return "нет"
	}
	return ""
}

func dateWord(d housing.Date) string {
	if d.IsZero() {
		return ""
	}
	return d.Russian()
}

// rightChoices offers the words that are read back.
func (m *matches) rightChoices(last int) error {
	offer := func(column int, hint string, words ...string) error {
		name := workbook.Column(column)
		return m.sheet.List(fmt.Sprintf("%s2:%s%d", name, name, last), words, hint)
	}
	return errors.Join(
		offer(rightColumn, "По какому праву подана заявка.", "собственник", "наниматель", "социальный наниматель", "представитель"),
		offer(rightColumn+4, "Что ответили сособственники.", "да", "нет"),
		offer(rightColumn+5, "«нет» — согласия нет или оно отозвано; рядом дата.", "да", "нет"),
	)
}
