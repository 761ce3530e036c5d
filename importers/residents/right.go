package residents

import (
	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
)

const proxyLimit = 60

// rightColumns say what a claim rests on, and what the person said to the use of his data; a registry may do without
// them.
func rightColumns() []importers.Column[residentRow] {
	type row = residentRow
	origin := importers.WordOf("bad_origin",
		importers.Word[housing.Origin]{Text: "сам", Means: housing.SelfRegistered},
		importers.Word[housing.Origin]{Text: "офис", Means: housing.AtOffice})
	return []importers.Column[row]{
		{Name: housing.MatchColumnGround, Read: importers.Into(importers.ReadGround, func(r *row) *housing.Ground { return &r.Right.Ground })},
		{
			Name: housing.MatchColumnProxy, Also: []string{"Номер доверенности"},
			Read: importers.Into(importers.TextUpTo(proxyLimit), func(r *row) *string { return &r.Right.Proxy }),
		},
		{
			Name: housing.MatchColumnProxyUntil, Also: []string{"Срок доверенности"},
			Read: importers.Into(importers.ReadDate, func(r *row) *housing.Date { return &r.Right.ProxyUntil }),
		},
		{Name: "Откуда заявка", Read: importers.Into(origin, func(r *row) *housing.Origin { return &r.Right.Origin })},
		{Name: housing.MatchColumnConsent, Read: importers.Into(importers.ReadConsent, func(r *row) *housing.Consent { return &r.Right.Consent })},
		{Name: housing.MatchColumnData, Read: importers.Into(importers.ReadConsent, func(r *row) *housing.Consent { return &r.Data.Answer })},
		{Name: housing.MatchColumnDataSince, Read: importers.Into(importers.ReadDate, func(r *row) *housing.Date { return &r.Data.Since })},
	}
}
