package pipeline_test

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline"
	"github.com/kvitok-gkh/kvitok/remote/pgp"
	"github.com/kvitok-gkh/kvitok/remote/pgp/pgptest"
	"github.com/kvitok-gkh/kvitok/store"
	"github.com/kvitok-gkh/kvitok/town"
)

// sealedWorld is a town whose office exchanges sealed files, and the keys of its partner.
func sealedWorld(t *testing.T, change func(*pgp.Config)) (*world, *pgp.Keys) {
	t.Helper()
	w := newWorld(t, 20)
	life := pgptest.Life{Made: w.config.Now().AddDate(-1, 0, 0)}
	ours, theirs := pgptest.New(t, "ours", life, "секрет"), pgptest.New(t, "theirs", life, "")
	config := pgp.Config{KeyFile: ours.Private, Passphrase: "секрет", PartnerKeyFile: theirs.Public, Fingerprint: theirs.Fingerprint()} //nolint:gosec // a passphrase of the test
	change(&config)
	keys, err := pgp.New(config, w.config.Now)
	if err != nil {
		t.Fatal(err)
	}
	partner, err := pgp.New(pgp.Config{KeyFile: theirs.Private, PartnerKeyFile: ours.Public, Fingerprint: ours.Fingerprint()}, w.config.Now)
	if err != nil {
		t.Fatal(err)
	}
	w.config.Partners = slices.Clone(w.config.Partners)
	for i := range w.config.Partners {
		if w.config.Partners[i].Name == town.Office {
			w.config.Partners[i].Keys = keys
		}
	}
	w.Pipeline = w.with(t, func(*pipeline.Config) {})
	return w, partner
}

func seal(t *testing.T, keys *pgp.Keys, content string) string {
	t.Helper()
	var out bytes.Buffer
	if err := keys.Seal("file", strings.NewReader(content), &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func unseal(t *testing.T, keys *pgp.Keys, content string) string {
	t.Helper()
	var out bytes.Buffer
	if err := keys.Open(strings.NewReader(content), &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// Sealed files are opened on arrival, alone or as an archive; their answers leave sealed, and once more with the same bytes.
func TestSealedExchange(t *testing.T) {
	t.Parallel()
	w, partner := sealedWorld(t, func(*pgp.Config) {})
	in, out := w.inbox[town.Office], w.outbox[town.Office]
	house := housesHead + "г. Примерск, ул. Новая, д. 1;;МКД;100;10\n"
	in.Write("houses.csv.pgp", seal(t, partner, house))
	in.Write("all.zip.gpg", seal(t, partner, zipped(t, "more.csv", housesHead+"г. Примерск, ул. Новая, д. 2;;МКД;100;10\n", "bad.bin", "x")))
	want := map[string]string{
		"houses.csv.pgp": "accepted", "houses.csv.pgp/houses.csv": "accepted",
		"all.zip.gpg": "accepted", "all.zip.gpg/all.zip/more.csv": "accepted", "all.zip.gpg/all.zip/bad.bin": "refused",
	}
	if diff := cmp.Diff(want, endsOf(w.takeAll(t))); diff != "" {
		t.Errorf("ends (-want +got):\n%s", diff)
	}
	if _, err := w.Deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"bad.bin.protocol.csv.pgp", "houses.csv.protocol.csv.pgp", "more.csv.protocol.csv.pgp"}, out.Names()); diff != "" {
		t.Fatalf("answers (-want +got):\n%s", diff)
	}
	sent, _ := out.Bytes("houses.csv.protocol.csv.pgp")
	if answer := unseal(t, partner, sent); !strings.Contains(answer, "houses.csv.pgp/houses.csv") {
		t.Errorf("answer:\n%s", answer)
	}

	in.Write("again.csv.pgp", seal(t, partner, house))
	for name, f := range w.takeAll(t) {
		if repeated := f.Status == housing.FileRepeated; repeated == (name == "again.csv.pgp") {
			t.Errorf("%s sealed anew: %s", name, f.Status)
		}
	}
	day := w.config.Now()
	_, err := w.Resend(t.Context(), pipeline.Again{
		ExchangeWindow: store.ExchangeWindow{Partner: town.Office, Since: day.Add(-time.Hour), Until: day.Add(time.Hour)}, Who: "petrova", Why: "lost",
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := out.Remove(t.Context(), "houses.csv.protocol.csv.pgp"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	if again, _ := out.Bytes("houses.csv.protocol.csv.pgp"); again != sent {
		t.Error("the re-send brought other bytes")
	}
	if names := out.Names(); len(names) != 3 {
		t.Errorf("the partner holds %v", names)
	}
}

// A file that should have been sealed is refused, and answered; what an office takes in by hand is not.
func TestNotSealed(t *testing.T) {
	t.Parallel()
	w, partner := sealedWorld(t, func(c *pgp.Config) { c.Outgoing = pgp.Unsealed })
	house := housesHead + "г. Примерск, ул. Новая, д. 1;;МКД;100;10\n"
	if got := w.take(t, town.Office, "houses.csv", house); got.Status != housing.FileRefused || !strings.Contains(got.Reason, "файл не зашифрован") {
		t.Errorf("%s: %s", got.Status, got.Reason)
	}
	if got := w.take(t, town.Bank, "houses.csv.pgp", seal(t, partner, house)); got.Status != housing.FileRefused || !strings.Contains(got.Reason, "ключей для этого отправителя не задано") {
		t.Errorf("%s: %s", got.Status, got.Reason)
	}
	if _, err := w.Deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	if names := w.outbox[town.Office].Names(); !slices.Equal(names, []string{"houses.csv.protocol.csv"}) {
		t.Errorf("answers: %v", names)
	}
	path := w.file("by hand.csv")
	if err := os.WriteFile(path, []byte(house), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := w.ImportFiles(t.Context(), town.Office, []string{path}, w.period)
	if err != nil || len(got) != 1 || got[0].Status != housing.FileAccepted {
		t.Errorf("by hand: %+v, %v", got, err)
	}
}
