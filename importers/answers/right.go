package answers

import (
	"errors"
	"strconv"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
)

const proxyLimit = 60

// rightColumns are the columns of a row by which the claim itself is corrected, -1 where the workbook has none: one
// given out before these columns changes nothing of the claim.
type rightColumns struct {
	ground, proxy, until, share, consent, data, since, double int
}

func rightsOf(cells []importers.Cell) rightColumns {
	at := func(title string) int {
		for i := range cells {
			if text(cells, i) == title {
				return i
			}
		}
		return -1
	}
	return rightColumns{
		at(housing.MatchColumnGround), at(housing.MatchColumnProxy), at(housing.MatchColumnProxyUntil), at(housing.MatchColumnShare),
		at(housing.MatchColumnConsent), at(housing.MatchColumnData), at(housing.MatchColumnDataSince), at(housing.MatchColumnDouble),
	}
}

// told reports whether all columns of the right are there: half of them would wipe the other half out.
func (c rightColumns) told() bool {
	return min(c.ground, c.proxy, c.until, c.share, c.consent, c.data, c.since) >= 0
}

// readRight reads the right of a row into the answer, or says what is wrong with a cell.
func (r *reader) readRight(row importers.SheetRow, a *housing.MatchAnswer) *housing.Problem {
	in := r.rights
	if word := text(row.Cells, in.double); word != "" {
		kept, err := strconv.ParseInt(word, 10, 64)
		if err != nil || kept < 1 || kept == a.Claim {
			return wrongCell(row.Number, housing.MatchColumnDouble, word, importers.Wrong("bad_double", "это не номер другой заявки", "номер заявки, которая остаётся"))
		}
		a.Double = kept
	}
	if a.Told = in.told(); !a.Told {
		return nil
	}
	for _, read := range []func() *housing.Problem{
		func() *housing.Problem {
			return readInto(row, in.ground, housing.MatchColumnGround, importers.ReadGround, &a.Right.Ground)
		},
		func() *housing.Problem {
			return readInto(row, in.proxy, housing.MatchColumnProxy, importers.TextUpTo(proxyLimit), &a.Right.Proxy)
		},
		func() *housing.Problem {
			return readInto(row, in.until, housing.MatchColumnProxyUntil, importers.ReadDate, &a.Right.ProxyUntil)
		},
		func() *housing.Problem {
			return readInto(row, in.share, housing.MatchColumnShare, importers.ReadShare, &a.Share)
		},
		func() *housing.Problem {
			return readInto(row, in.consent, housing.MatchColumnConsent, importers.ReadConsent, &a.Right.Consent)
		},
		func() *housing.Problem {
			return readInto(row, in.data, housing.MatchColumnData, importers.ReadConsent, &a.Data.Answer)
		},
		func() *housing.Problem {
			return readInto(row, in.since, housing.MatchColumnDataSince, importers.ReadDate, &a.Data.Since)
		},
	} {
		if problem := read(); problem != nil {
			return problem
		}
	}
	if err := importers.CheckRight(a.Right, a.Data); err != nil {
		return wrongCell(row.Number, err.Column, "", err)
	}
	return nil
}

func readInto[V any](row importers.SheetRow, column int, title string, read func(importers.Cell) (V, error), to *V) *housing.Problem {
	word := text(row.Cells, column)
	if word == "" {
		return nil
	}
	cell := row.Cells[column]
	cell.Text = word
	value, err := read(cell)
	if err != nil {
		return wrongCell(row.Number, title, word, err)
	}
	*to = value
	return nil
}

// wrongCell is the problem of a cell, with the code of its error.
func wrongCell(row int, column, value string, err error) *housing.Problem {
	p := housing.Problem{Row: row, Sheet: housing.MatchSheet, Column: column, Value: value, Text: err.Error()}
	if cell, is := errors.AsType[*importers.CellError](err); is {
		p.Code, p.Expected, p.Severity = cell.Code, cell.Expected, cell.Severity
	}
	return &p
}
