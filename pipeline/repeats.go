package pipeline

import (
	"context"
	"fmt"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
)

// repeats are payments of a file that an earlier one brought, known by their own numbers.
type repeats struct {
	count int
	keys  []string // the first ones
}

// lookedUp is how many known payments are looked up to name the files that brought them.
const lookedUp = 1000

func (r *repeats) add(key string) {
	r.count++
	if len(r.keys) < lookedUp {
		r.keys = append(r.keys, key)
	}
}

// tellRepeats notes how many payments are known already, and which files brought them. Rows of the file at hand that were
// taken before say nothing new.
func (a *applier) tellRepeats(ctx context.Context) error {
	if a.repeats.count == 0 {
		return nil
	}
	names, err := a.tx.RegistriesOf(ctx, a.Organisation.ID, a.source, a.repeats.keys)
	if err != nil || len(names) == 0 {
		return err
	}
	a.noteFile(housing.Problem{
		Code: "known_payments", Severity: housing.SeverityInfo,
		Text: fmt.Sprintf("платежей, которые уже учтены: %d (файл «%s»); второй раз они не проводятся", a.repeats.count, strings.Join(names, "», «")),
	})
	return nil
}
