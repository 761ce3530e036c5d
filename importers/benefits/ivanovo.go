package benefits

import (
	"context"
	"slices"
	"strconv"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
)

// NewIvanovo returns the format "social-ivanovo-dbf": a person a row, with a group of columns for each
// service, dBase III, CP866:
//
//	FAM_L C25, IM_L C20, OT_L C25, DR D, NNASP C30, NYLIC C36, NDOM C7, NKORP C3, NKW C15, NKOD_PU C50,
//	FAM_OTV C25, IM_OTV C20, OT_OTV C20, ZAR N2, REG N1, NETRUD N2, LCHET C, PRGIL N1
//	and for i = 1, 2, …: USLi C50, POSTUSLi C50, VID_TARIFi C10, TARIFi N5.2, FAKTi N5.2, SUMi N10.2,
//	SUMLi N10.2, DATPRLi D
//
// Each group with a name of a service is an entry of its own: the first is the fact of the row, the
// others stand beside it. A sum of the benefit (SUML) makes it a grant. Source: act 295-РП of the
// Ivanovo region, published as ivan-gov.ru/doc/15034; columns between the groups are not read.
func NewIvanovo() importers.Format { return ivanovo{} }

type ivanovo struct{}

// Name returns the name of the format.
func (ivanovo) Name() string { return "social-ivanovo-dbf" }

// Subject returns the folder of the format.
func (ivanovo) Subject() string { return "benefits" }

// About says what the format is.
func (ivanovo) About() importers.About {
	return importers.About{Kind: "dbf", Title: "Соцзащита: обмен по льготам Ивановской области, 295-РП"}
}

// Recognise wants the columns of the person and of the first service.
func (ivanovo) Recognise(s *importers.Sample) bool {
	return s.Kind == importers.KindDBF && !slices.ContainsFunc([]string{"FAM_L", "LCHET", "USL1", "SUML1"}, func(name string) bool {
		return !slices.Contains(s.Columns, name)
	})
}

// Decode reads the table.
func (ivanovo) Decode(ctx context.Context, in importers.Input, yield func(importers.Record) error) (importers.Result, error) {
	at := map[string]int{}
	groups, rows := 0, 0
	result, err := importers.EachDBF(ctx, in, func(columns []string) ([]housing.Problem, error) {
		for i, name := range columns {
			at[name] = i
		}
		for _, name := range []string{"FAM_L", "LCHET", "USL1", "SUML1"} {
			if _, there := at[name]; !there {
				return nil, importers.Refuse("missing_column", "в таблице нет столбца «%s»", name)
			}
		}
		for {
			if _, there := at["USL"+strconv.Itoa(groups+1)]; !there {
				return nil, nil
			}
			groups++
		}
	}, func(rec importers.Record) error {
		rows++
		if !rec.Rejected() {
			r := wideRow{at: at, cells: importers.Named{Record: &rec, At: at}, source: importers.SourceOf(in, rec.Row)}
			r.read(&rec, groups)
		}
		return yield(rec)
	})
	result.Control.Rows = rows
	return result, err
}

// wideRow is a row with a group of columns for each service.
type wideRow struct {
	at     map[string]int
	cells  importers.Named
	source housing.Source
}

func (r wideRow) read(rec *importers.Record, groups int) {
	word := func(column string) string { return importers.NamedCell(r.cells, column, importers.TextUpTo(partLimit)) }
	a := address{
		town: word("NNASP"), street: word("NYLIC"), house: word("NDOM"), building: word("NKORP"), flat: word("NKW"),
	}
	person := housing.BenefitEntry{
		Kind: housing.BenefitRequest,
		Person: housing.Beneficiary{
			Last: word("FAM_L"), First: word("IM_L"), Patronymic: word("OT_L"), Born: importers.NamedCell(r.cells, "DR", readDate),
		},
		Account: importers.NamedCell(r.cells, "LCHET", importers.ReadAccountNumber), Address: a.text(),
		People: importers.NamedCell(r.cells, "ZAR", importers.CountUpTo(countLimit)), Source: r.source,
	}
	if person.Person.Last == "" {
		r.cells.Fail("FAM_L", importers.Wrong("empty", "ячейка не заполнена", ""))
	}
	if person.Account == "" && a.street == "" {
		r.cells.Fail("LCHET", importers.Wrong("no_key", "не по чему найти лицевой счёт", "заполненный LCHET или адрес"))
	}
	var facts []importers.Fact
	for i := 1; i <= groups; i++ {
		if fact := r.group(person, strconv.Itoa(i)); fact != nil {
			facts = append(facts, fact)
		}
	}
	if len(facts) == 0 {
		facts = append(facts, person)
	}
	if !rec.Rejected() {
		rec.Fact, rec.Also = facts[0], facts[1:]
	}
}

// group reads the columns of one service; nil where they are empty.
func (r wideRow) group(b housing.BenefitEntry, n string) importers.Fact {
	b.ServiceName = importers.NamedCell(r.cells, "USL"+n, importers.TextUpTo(partLimit))
	if b.ServiceName == "" {
		return nil
	}
	b.Payee = importers.NamedCell(r.cells, "POSTUSL"+n, importers.TextUpTo(partLimit))
	b.Tariff = importers.NamedCell(r.cells, "TARIF"+n, readQuantity)
	b.Volume = importers.NamedCell(r.cells, "FAKT"+n, readQuantity)
	b.Charged = importers.NamedCell(r.cells, "SUM"+n, importers.ReadMoney)
	b.Benefit = importers.NamedCell(r.cells, "SUML"+n, importers.ReadMoney)
	b.Until = importers.NamedCell(r.cells, "DATPRL"+n, readDate)
	if b.Benefit != 0 {
		b.Kind = housing.BenefitGrant
	}
	fact, doubt := withService(b)
	if doubt != nil {
		r.cells.Fail("USL"+n, doubt)
	}
	return fact
}
