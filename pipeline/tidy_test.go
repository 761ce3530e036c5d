package pipeline_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/kvitok-gkh/kvitok/pipeline"
	"github.com/kvitok-gkh/kvitok/town"
)

// What is old goes from the archive, but nothing that was not processed or not delivered, and nothing at all before it is said.
func TestTidy(t *testing.T) { //nolint:gocognit,funlen // one story, told in order
	t.Parallel()
	w := newWorld(t, 20)
	w.take(t, town.Office, "houses.csv", "Адрес;ФИАС;Вид дома;Площадь помещений, м²;Площадь общего имущества, м²\nг. Примерск, ул. Новая, д. 1;;МКД;100;10\n")
	w.take(t, town.Office, "partly.csv", "Адрес;ФИАС;Вид дома;Площадь помещений, м²;Площадь общего имущества, м²\n"+
		"г. Примерск, ул. Новая, д. 2;;МКД;100;10\nг. Примерск, ул. Новая, д. 3;;дача;100;10\n")
	w.take(t, town.Office, "strange.bin", "ни на что не похоже")
	if _, err := w.Deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	before := tree(t, w.file("archive"))
	at := func(days int, waiting bool) *pipeline.Pipeline {
		if waiting {
			if _, err := w.store.Exec(t.Context(), "UPDATE outgoing SET delivered_at = NULL WHERE name LIKE 'houses%'"); err != nil {
				t.Fatal(err)
			}
		}
		return w.with(t, func(c *pipeline.Config) {
			now := w.config.Now().AddDate(0, 0, days)
			c.Now = func() time.Time { return now }
			c.Partners = append([]pipeline.Partner(nil), c.Partners...)
			for i := range c.Partners {
				c.Partners[i].KeepDays = 30
			}
		})
	}
	tidy := func(p *pipeline.Pipeline, order pipeline.Tidying) pipeline.TidiedPartner {
		t.Helper()
		result, err := p.Tidy(t.Context(), order)
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range result.Partners {
			if one.Name == town.Office {
				return one
			}
		}
		t.Fatal("nothing is told of the office")
		return pipeline.TidiedPartner{}
	}
	order := pipeline.Tidying{Delete: true, Who: "petrova", Why: "a test"}
	if got := tidy(at(30, false), order); got.Files != 0 || len(got.Kept) != 0 {
		t.Errorf("after 30 days: %+v", got)
	}
	if got := tidy(at(31, false), pipeline.Tidying{}); got.Files != 4 || len(got.Kept) != 2 {
		t.Errorf("would go after 31 days: %+v of %d files", got, len(before))
	}
	if after := tree(t, w.file("archive")); len(after) != len(before) {
		t.Error("something was deleted before it was asked for")
	}
	if got := tidy(at(31, true), order); got.Files != 2 || len(got.Kept) != 4 {
		t.Errorf("after 31 days, an answer waits to be sent again: %+v", got)
	}
	after := tree(t, w.file("archive"))
	for path := range before {
		_, there := after[path]
		keep := strings.Contains(path, "houses") || !strings.Contains(path, "out"+string(os.PathSeparator))
		if there != keep {
			t.Errorf("%s: there %t, want %t", path, there, keep)
		}
	}
	if n := one[int](t, w.store, "SELECT files FROM exchange_journal WHERE action = 'tidy' AND who = 'petrova'"); n != 2 {
		t.Errorf("the journal tells of %d files", n)
	}
	if _, err := at(31, false).Tidy(t.Context(), pipeline.Tidying{Delete: true}); err == nil {
		t.Error("nobody said why")
	}
}

// TestTidyKeepsTheUndecided has a registry of which one payment belongs to nobody: the original stays until that is decided. So does
// a file whose answer has not gone out.
func TestTidyKeepsTheUndecided(t *testing.T) {
	t.Parallel()
	w := settled(t, 30)
	account := one[string](t, w.store, "SELECT min(number) FROM accounts")
	w.take(t, town.Bank, "post-1.txt", postRows(t, []paidRow{{account, "02", "10.2026", "100.00"}, {"0199999999", "02", "10.2026", "200.00"}}))
	later := w.with(t, func(c *pipeline.Config) {
		now := w.config.Now().AddDate(0, 0, 40)
		c.Now = func() time.Time { return now }
		c.Partners = append([]pipeline.Partner(nil), c.Partners...)
		for i := range c.Partners {
			c.Partners[i].KeepDays = 30
		}
	})
	kept := func() (names []string) {
		t.Helper()
		result, err := later.Tidy(t.Context(), pipeline.Tidying{})
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range result.Partners {
			for _, path := range one.Kept {
				if strings.HasSuffix(path, "-post-1.txt") {
					names = append(names, path)
				}
			}
		}
		return names
	}
	if len(kept()) != 1 {
		t.Error("its answer waits and a payment of it is undecided")
	}
	if _, err := w.Deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(kept()) != 1 {
		t.Error("a payment of it is undecided")
	}
	key := one[string](t, w.store, "SELECT key FROM payments WHERE account_id IS NULL AND account = '0199999999' AND amount = 20000")
	if _, err := w.ChangePayment(t.Context(), pipeline.PaymentChange{Key: key, Account: account, Reason: "звонок", By: "ivanova"}); err != nil {
		t.Fatal(err)
	}
	if got := kept(); len(got) != 0 {
		t.Errorf("all is decided and answered: %v is kept", got)
	}
	w.exec(t, "UPDATE outgoing SET delivered_at = NULL WHERE name LIKE 'post-1%'")
	if len(kept()) != 1 {
		t.Error("its answer is to be sent again")
	}
}
