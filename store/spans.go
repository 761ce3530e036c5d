package store

import (
	"fmt"
	"slices"
)

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

// inSpan stands between spans and a table in a query that goes from them to it: a fence (OFFSET 0) that makes
// PostgreSQL take the spans one by one whatever it expects of them.
const inSpan = "BETWEEN g.first AND g.last OFFSET 0"

// The owners of facts that factLoader reads by spans.
const (
	accountOwner  = "account"
	meterOwner    = "meter"
	premisesOwner = "premises"
)

func (l *factLoader) setSpans(owner string, ids []int64) { l.spans[owner] = spansOf(ids) }

// bySpans completes a query that ends with the column of the owner: it gives the rows of all spans of owners.
// Houses that came together have one, and PostgreSQL then reads its rows in two thirds of the time.
func (l *factLoader) bySpans(owner, query string) string {
	s := l.spans[owner]
	if len(s.first) == 1 {
		l.args[owner+"_first"], l.args[owner+"_last"] = s.first[0], s.last[0]
		return fmt.Sprintf("%s BETWEEN @%s_first::bigint AND @%[2]s_last::bigint", query, owner)
	}
	l.args[owner+"_firsts"], l.args[owner+"_lasts"] = s.first, s.last
	return fmt.Sprintf("SELECT x.* FROM unnest(@%s_firsts::bigint[], @%[1]s_lasts::bigint[]) AS g(first, last), LATERAL (%s %s) x", owner, query, inSpan)
}
