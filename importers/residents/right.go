package residents

import (
	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
)

const proxyLimit = 60

// rightColumns say what a claim rests on; a registry may do without them.
func rightColumns() []importers.Column[residentRow] {
	type row = residentRow
	ground := importers.WordOf("bad_ground",
		importers.Word[housing.Ground]{Text: "собственник", Means: housing.ByOwnership},
		importers.Word[housing.Ground]{Text: "наниматель", Means: housing.ByTenancy},
		importers.Word[housing.Ground]{Text: "социальный наниматель", Means: housing.BySocialTenancy},
		importers.Word[housing.Ground]{Text: "представитель", Means: housing.ByProxy})
	origin := importers.WordOf("bad_origin",
		importers.Word[housing.Origin]{Text: "сам", Means: housing.SelfRegistered},
		importers.Word[housing.Origin]{Text: "офис", Means: housing.AtOffice})
	consent := importers.WordOf("bad_consent",
		importers.Word[housing.Consent]{Text: "да", Means: housing.ConsentGiven},
		importers.Word[housing.Consent]{Text: "нет", Means: housing.ConsentRefused})
	return []importers.Column[row]{
		{Name: "Основание", Read: importers.Into(ground, func(r *row) *housing.Ground { return &r.Right.Ground })},
		{
			Name: "Доверенность", Also: []string{"Номер доверенности"},
			Read: importers.Into(importers.TextUpTo(proxyLimit), func(r *row) *string { return &r.Right.Proxy }),
		},
		{
			Name: "Доверенность до", Also: []string{"Срок доверенности"},
			Read: importers.Into(importers.ReadDate, func(r *row) *housing.Date { return &r.Right.ProxyUntil }),
		},
		{Name: "Откуда заявка", Read: importers.Into(origin, func(r *row) *housing.Origin { return &r.Right.Origin })},
		{Name: "Согласие сособственников", Read: importers.Into(consent, func(r *row) *housing.Consent { return &r.Right.Consent })},
	}
}

// checkRight: a representative shows his power of attorney with its term; nobody else has one.
func checkRight(r housing.Right) *importers.CellError {
	switch {
	case r.Ground == housing.ByProxy && r.Proxy == "":
		return importers.WrongIn("Доверенность", "no_proxy", "у представителя не указана доверенность", "номер доверенности")
	case r.Ground == housing.ByProxy && r.ProxyUntil.IsZero():
		return importers.WrongIn("Доверенность до", "no_proxy_term", "у доверенности не указан срок", "последний день действия, например 31.12.2026")
	case r.Ground != housing.ByProxy && (r.Proxy != "" || !r.ProxyUntil.IsZero()):
		return importers.WrongIn("Основание", "not_representative", "доверенность указана, а заявитель не представитель", "«представитель»")
	}
	return nil
}
