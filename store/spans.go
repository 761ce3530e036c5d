package store

import "slices"

// idSpans are ids as spans from first to last, both within. Facts of neighbours lie together: one look into
// the index finds those of a whole span, where a list of ids takes one for each. Whoever reads by spans
// passes over rows of ids that are not asked for.
type idSpans struct{ first, last []int64 }

// spansOf sorts ids and makes spans of them, over small gaps too: a row too many costs less than a look
// into the index.
func spansOf(ids []int64) idSpans {
	const gap = 4
	slices.Sort(ids)
	s := idSpans{first: []int64{}, last: []int64{}}
	for i, id := range ids {
		if i > 0 && id-ids[i-1] <= gap {
			s.last[len(s.last)-1] = id
			continue
		}
		s.first, s.last = append(s.first, id), append(s.last, id)
	}
	return s
}

// The spans of accounts and of meters, and what stands between in a query of factLoader that goes from them
// to a table: a fence (OFFSET 0) that makes PostgreSQL take the spans one by one whatever it expects of them.
//
//	FROM ` + accountSpans + `, LATERAL (SELECT * FROM meters m WHERE m.account_id ` + inSpan + `) m
const (
	accountSpans = "unnest(@account_first::bigint[], @account_last::bigint[]) AS g(first, last)"
	meterSpans   = "unnest(@meter_first::bigint[], @meter_last::bigint[]) AS g(first, last)"
	inSpan       = "BETWEEN g.first AND g.last OFFSET 0"
)

func (l *factLoader) setSpans(name string, ids []int64) {
	s := spansOf(ids)
	l.args[name+"_first"], l.args[name+"_last"] = s.first, s.last
}
