package pipeline

import (
	"context"
	"slices"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/store"
)

// outcomes keeps how the rows of a file ended, in their order: a byte a row, and what was wrong. The zero value is that of
// a file without rows.
type outcomes struct {
	verdicts []byte
	rows     *problemLog
	late     map[int][]housing.Problem // added to rows that had ended
	whole    []housing.Problem         // of the file as a whole
	first    []housing.Problem         // for the screen
}

func newOutcomes(p *Pipeline) outcomes { return outcomes{rows: &problemLog{dir: p.path("work")}} }

const (
	wasAccepted byte = iota
	wasUnchanged
	wasRejected
)

func (o *outcomes) add(r importers.Record, end housing.Outcome) error {
	verdict := wasAccepted
	switch end.Verdict {
	case housing.Unchanged:
		verdict = wasUnchanged
	case housing.Rejected:
		verdict = wasRejected
	case housing.Accepted:
	}
	o.verdicts = append(o.verdicts, verdict)
	if len(end.Problems) == 0 {
		return nil
	}
	for i := range end.Problems {
		if end.Problems[i].Row == 0 {
			end.Problems[i].Row = r.Row // else a line within the record
		}
		end.Problems[i].Sheet = r.Sheet
	}
	if o.rows == nil {
		o.rows = &problemLog{}
	}
	o.show(end.Problems...)
	return o.rows.add(wrongRow{Ordinal: len(o.verdicts) - 1, Problems: end.Problems})
}

// note adds a problem to a row that has ended already.
func (o *outcomes) note(ordinal int, p housing.Problem) {
	if o.late == nil {
		o.late = map[int][]housing.Problem{}
	}
	o.late[ordinal] = append(o.late[ordinal], p)
	o.show(p)
}

// noteFile adds problems of the file as a whole.
func (o *outcomes) noteFile(problems ...housing.Problem) {
	o.whole = append(o.whole, problems...)
	o.show(problems...)
}

func (o *outcomes) show(problems ...housing.Problem) {
	if room := shownProblems - len(o.first); room > 0 {
		o.first = append(o.first, problems[:min(len(problems), room)]...)
	}
}

// problemsOf are those of the row with that ordinal.
func (o *outcomes) problemsOf(ordinal int) ([]housing.Problem, error) {
	if o.rows == nil {
		return nil, nil
	}
	problems, err := o.rows.of(ordinal)
	if late := o.late[ordinal]; len(late) > 0 {
		problems = append(slices.Clip(problems), late...)
	}
	return problems, err
}

// of gives the outcome of the row with that ordinal.
func (o *outcomes) of(ordinal int) (end housing.Outcome, err error) {
	end.Verdict = housing.Accepted
	switch o.verdicts[ordinal] {
	case wasUnchanged:
		end.Verdict = housing.Unchanged
	case wasRejected:
		end.Verdict = housing.Rejected
	}
	end.Problems, err = o.problemsOf(ordinal)
	return end, err
}

// each visits all problems: of the rows, in their order, then of the file.
func (o *outcomes) each(visit func([]housing.Problem) error) error {
	if o.rows != nil {
		if err := o.rows.each(func(row wrongRow) error { return visit(row.Problems) }); err != nil {
			return err
		}
	}
	for _, late := range o.late {
		if err := visit(late); err != nil {
			return err
		}
	}
	return visit(o.whole)
}

// storeIn writes all problems into the database, some thousand at once.
func (o *outcomes) storeIn(ctx context.Context, tx *store.Tx, file int64) error {
	const atOnce = 5000
	var some []housing.Problem
	err := o.each(func(problems []housing.Problem) error {
		some = append(some, problems...)
		if len(some) < atOnce {
			return nil
		}
		err := tx.AddProblems(ctx, file, some)
		some = some[:0]
		return err
	})
	if err != nil || len(some) == 0 {
		return err
	}
	return tx.AddProblems(ctx, file, some)
}

// close frees what the problems took.
func (o *outcomes) close() {
	if o.rows != nil {
		o.rows.close()
	}
}
