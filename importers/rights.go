package importers

import "github.com/kvitok-gkh/kvitok/housing"

// ReadGround takes by what right a person claims an account.
func ReadGround(c Cell) (housing.Ground, error) {
	return OneOf(c, "bad_ground",
		Word[housing.Ground]{"собственник", housing.ByOwnership},
		Word[housing.Ground]{"наниматель", housing.ByTenancy},
		Word[housing.Ground]{"социальный наниматель", housing.BySocialTenancy},
		Word[housing.Ground]{"представитель", housing.ByProxy})
}

// ReadConsent takes the answer «да» or «нет».
func ReadConsent(c Cell) (housing.Consent, error) {
	return OneOf(c, "bad_consent",
		Word[housing.Consent]{"да", housing.ConsentGiven}, Word[housing.Consent]{"нет", housing.ConsentRefused})
}

// CheckRight holds a right to what it must tell: a representative shows his power of attorney with its term, nobody
// else has one; an answer about the use of data has its day.
func CheckRight(r housing.Right, data housing.DataConsent) *CellError {
	switch {
	case r.Ground == housing.ByProxy && r.Proxy == "":
		return WrongIn("Доверенность", "no_proxy", "у представителя не указана доверенность", "номер доверенности")
	case r.Ground == housing.ByProxy && r.ProxyUntil.IsZero():
		return WrongIn("Доверенность до", "no_proxy_term", "у доверенности не указан срок", "последний день действия, например 31.12.2026")
	case r.Ground != housing.ByProxy && (r.Proxy != "" || !r.ProxyUntil.IsZero()):
		return WrongIn("Основание", "not_representative", "доверенность указана, а заявитель не представитель", "«представитель»")
	case data.Answer != "" && data.Since.IsZero():
		return WrongIn(housing.MatchColumnDataSince, "no_consent_date", "не указано, с какого дня действует согласие или его отзыв", "дата, например 01.10.2026")
	case data.Answer == "" && !data.Since.IsZero():
		return WrongIn(housing.MatchColumnData, "no_consent_answer", "дата согласия указана, а самого ответа нет", "«да» или «нет» (отозвано)")
	}
	return nil
}
