package pipeline

import (
	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
)

// outcomes keeps how the rows of a file ended, in their order: a byte a row, and what was wrong.
type outcomes struct {
	verdicts []byte
	problems []housing.Problem
	byRow    map[int][]housing.Problem // by ordinal of the row
}

const (
	wasAccepted byte = iota
	wasUnchanged
	wasRejected
)

func (o *outcomes) add(r importers.Record, end housing.Outcome) {
	verdict := wasAccepted
	switch end.Verdict {
	case housing.Unchanged:
		verdict = wasUnchanged
	case housing.Rejected:
		verdict = wasRejected
	case housing.Accepted:
	}
	if len(end.Problems) > 0 {
		for i := range end.Problems {
			if end.Problems[i].Row == 0 {
				end.Problems[i].Row = r.Row // else a line within the record
			}
			end.Problems[i].Sheet = r.Sheet
		}
		if o.byRow == nil {
			o.byRow = map[int][]housing.Problem{}
		}
		o.byRow[len(o.verdicts)] = end.Problems
		o.problems = append(o.problems, end.Problems...)
	}
	o.verdicts = append(o.verdicts, verdict)
}

// note adds a problem to a row that has ended already.
func (o *outcomes) note(ordinal int, p housing.Problem) {
	if o.byRow == nil {
		o.byRow = map[int][]housing.Problem{}
	}
	o.byRow[ordinal] = append(o.byRow[ordinal], p)
	o.problems = append(o.problems, p)
}

// of gives the outcome of the row with that ordinal.
func (o *outcomes) of(ordinal int) housing.Outcome {
	end := housing.Outcome{Verdict: housing.Accepted, Problems: o.byRow[ordinal]}
	switch o.verdicts[ordinal] {
	case wasUnchanged:
		end.Verdict = housing.Unchanged
	case wasRejected:
		end.Verdict = housing.Rejected
	}
	return end
}

// shown returns the first errors, or where there are none the first notes.
func (o *outcomes) shown() []housing.Problem {
	return o.problems[:min(len(o.problems), shownProblems)]
}
