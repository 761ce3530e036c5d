package benefits

import (
	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
)

// NewOrgOut returns the format "social-org-out-dbf", org_out.dbf: people with a right to benefits by
// address, dBase IV without memo, CP866; the organisation fills in areas and people:
//
//	PFR C14, FM C20, IM C20, OT C20, DTR D, INDX C6, NSP C40, ULC C40, DOM C8, KORP C7, KVAR C4,
//	KOMNATA C15, J_PLOS N5.1, J_VID C1, J_VREM C1, REG_DS D, REG_DPO D, PEOPLE_PR N2, PEOPLE_LG N2 …
//
// FM, ULC and DOM must be filled; REG_DPO, the last day of registration, ends the benefit. Source: the
// act published as base.garant.ru/24567118, appendix 8; columns behind PEOPLE_LG are not read.
func NewOrgOut() importers.Format {
	return importers.DBF{
		Title: "social-org-out-dbf", Room: "benefits", Words: "Соцзащита: список льготников, org_out.dbf", Table: orgOutTable(),
	}
}

type orgOutRow struct {
	housing.BenefitEntry
	address
}

func orgOutTable() importers.Layout {
	const short = 40
	type row = orgOutRow
	return importers.Table[row]{
		Title: "org_out",
		Columns: []importers.Column[row]{
			text("FM", nameLimit, importers.Filled, func(r *row) *string { return &r.Person.Last }),
			text("IM", nameLimit, importers.Present, func(r *row) *string { return &r.Person.First }),
			text("OT", nameLimit, importers.Optional, func(r *row) *string { return &r.Person.Patronymic }),
			{Name: "DTR", Read: importers.Into(readDate, func(r *row) *housing.Date { return &r.Person.Born })},
			text("NSP", short, importers.Optional, func(r *row) *string { return &r.town }),
			text("ULC", short, importers.Filled, func(r *row) *string { return &r.street }),
			text("DOM", short, importers.Filled, func(r *row) *string { return &r.house }),
			text("KORP", short, importers.Optional, func(r *row) *string { return &r.building }),
			text("KVAR", short, importers.Optional, func(r *row) *string { return &r.flat }),
			text("KOMNATA", short, importers.Optional, func(r *row) *string { return &r.room }),
			{
				Name: "J_PLOS", Need: importers.Present, Mark: true, Key: true,
				Read: importers.Into(readQuantity, func(r *row) *housing.Decimal { return &r.Area }),
			},
			{Name: "REG_DPO", Read: importers.Into(readDate, func(r *row) *housing.Date { return &r.Until })},
			{Name: "PEOPLE_PR", Read: importers.Into(importers.CountUpTo(countLimit), func(r *row) *int { return &r.People })},
			{Name: "PEOPLE_LG", Read: importers.Into(importers.CountUpTo(countLimit), func(r *row) *int { return &r.Entitled })},
		},
		Fact: func(r *row, src housing.Source) (importers.Fact, *importers.CellError) {
			b := r.BenefitEntry
			b.Kind, b.Address, b.Source = housing.BenefitRequest, r.text(), src
			return b, nil
		},
	}
}
