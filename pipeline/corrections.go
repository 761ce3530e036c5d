package pipeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/kvitok-gkh/kvitok/exporters/protocols"
	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/store"
)

// correction is the earlier file that a file corrects: its sender filled our answer in and sent it.
type correction struct {
	original housing.ReceivedFile
	knownBy  string
	fetched  fetchedFile // the original's bytes
}

// original finds the file that f corrects; nil: it corrects none of ours.
func (p *Pipeline) original(ctx context.Context, f fetchedFile) (*correction, error) {
	c := &correction{knownBy: store.KnownByDigest}
	var err error
	if digest := f.sample.Answered; digest != "" {
		c.original, err = p.Store.FileByHash(ctx, p.Organisation.ID, digest)
	} else {
		name, answers := strings.CutSuffix(f.Name[:len(f.Name)-len(extension(f.Name))], ".protocol")
		if !answers {
			return nil, nil //nolint:nilnil // a file of its own
		}
		c.knownBy = store.KnownByName
		c.original, err = p.Store.FileOfAnswer(ctx, p.Organisation.ID, f.Partner, []string{name})
	}
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil, nil //nolint:nilnil // an answer to a file that is not ours
	case err != nil:
		return nil, err
	case c.original.SHA256 == f.SHA256 || c.original.Counts.Rejected == 0:
		return nil, nil //nolint:nilnil // nothing was to be corrected
	}
	c.fetched = fetchedFile{archived: archived{
		Name: c.original.Name, Partner: c.original.Partner, SHA256: c.original.SHA256, Size: c.original.Size, Path: c.original.Archive,
		Received: c.original.Received,
	}}
	return c, p.recognise(&c.fetched)
}

// mends reports whether the original was taken without the rows that are put right here. One that was refused whole proves
// nothing: its correction is a registry like any other.
func (c *correction) mends() bool { return c != nil && c.original.Status == housing.FilePartly }

// checkMended refuses a correction of payments that brings more than was rejected: totals were proved for the original only.
func (a *applier) checkMended(c *correction) error {
	if !c.mends() || !a.pays || a.file.Counts.Accepted <= c.original.Counts.Rejected {
		return nil
	}
	return importers.Refuse("more_than_rejected", "файл исправляет реестр %s, в котором отклонено строк %d, а новых платежей в нём %d: "+
		"пришлите новые платежи своим реестром", c.original.Name, c.original.Counts.Rejected, a.file.Counts.Accepted)
}

func extension(name string) string {
	if at := strings.LastIndexByte(name, '.'); at >= 0 {
		return name[at:]
	}
	return ""
}

// settle links a corrected file to its original and notes which rejected rows of that are in now. Rows are told by
// their order: a sender sends all rows of the answer, or only those that were rejected; what he sends besides settles
// nothing.
func (a *applier) settle(ctx context.Context, c *correction) ([]protocols.Line, error) {
	if c == nil {
		return nil, nil
	}
	rows, err := a.rowsOf(ctx, c.fetched)
	if err != nil {
		return nil, err
	}
	problems, err := a.tx.Problems(ctx, c.original.ID)
	if err != nil {
		return nil, err
	}
	lines := blamed(rows, problems)
	rejected := slices.Sorted(maps.Keys(lines))
	var settled []store.RowOf
	for ordinal, verdict := range a.verdicts {
		switch {
		case len(a.verdicts) == len(rows):
		case len(a.verdicts) == len(rejected):
			ordinal = rejected[ordinal]
		default:
			continue
		}
		if verdict != wasRejected {
			settled = append(settled, lines[ordinal]...)
		}
	}
	left, err := a.tx.SettleRows(ctx, a.file.ID, c.original.ID, c.knownBy, settled)
	if err != nil {
		return nil, err
	}
	a.Log.LogAttrs(ctx, slog.LevelInfo, "file corrects an earlier one", slog.String("file", a.file.Name), slog.String("original", c.original.Name),
		slog.Int("left", left))
	text := fmt.Sprintf("файл «%s», полученный %s", c.original.Name, c.original.Received.In(a.Limits.Zone).Format("02.01.2006 15:04"))
	return []protocols.Line{{Name: "Исправляет", Value: text}, {Name: "Осталось исправить строк", Value: strconv.Itoa(left)}}, nil
}

// rowsOf lists the rows of a file as it is read.
func (p *Pipeline) rowsOf(ctx context.Context, f fetchedFile) (rows []store.RowOf, err error) {
	if f.format == nil {
		return nil, nil
	}
	err = p.decode(ctx, f, func(r importers.Record) error {
		rows = append(rows, store.RowOf{Sheet: r.Sheet, Row: r.Row})
		return nil
	})
	if err != nil && !isFileError(err) {
		return nil, fmt.Errorf("read the original %s: %w", f.Name, err)
	}
	return rows, nil
}

// blamed are the lines that problems name, by the ordinal of the row they are of: a record may have several lines.
func blamed(rows []store.RowOf, problems []housing.Problem) map[int][]store.RowOf {
	type at struct{ row, ordinal int }
	sheets := map[string][]at{}
	for ordinal, r := range rows {
		sheets[r.Sheet] = append(sheets[r.Sheet], at{r.Row, ordinal})
	}
	lines := map[int][]store.RowOf{}
	for _, p := range problems {
		if !p.IsError() || p.Row == 0 {
			continue
		}
		of := sheets[p.Sheet]
		after, _ := slices.BinarySearchFunc(of, p.Row+1, func(a at, row int) int { return cmp.Compare(a.row, row) })
		if after > 0 {
			ordinal := of[after-1].ordinal
			lines[ordinal] = append(lines[ordinal], store.RowOf{Sheet: p.Sheet, Row: p.Row})
		}
	}
	return lines
}
