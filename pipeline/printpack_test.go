package pipeline_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/pipeline"
	"github.com/kvitok-gkh/kvitok/receipts"
	"github.com/kvitok-gkh/kvitok/town"
)

// unzipped are the files of a pack by name.
func unzipped(t *testing.T, path string) map[string][]byte {
	t.Helper()
	pack, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = pack.Close() }()
	files := map[string][]byte{}
	for _, f := range pack.File {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if files[f.Name], err = io.ReadAll(in); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

func semicolons(t *testing.T, content []byte) [][]string {
	t.Helper()
	in := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(content), "\ufeff")))
	in.Comma = ';'
	rows, err := in.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// The pack has every print file in the order of delivery, says of each document where it stands, and its
// control totals are those of the issue.
func TestPrintPack(t *testing.T) {
	t.Parallel()
	w := balanced(t, 60)
	taken := w.take(t, town.Office, "indexes.csv", postalIndexes(t, w))
	if taken.Status != "accepted" {
		t.Fatalf("postal indexes: %+v", taken)
	}
	p := w.with(t, func(c *pipeline.Config) { c.Print = pipeline.PrintConfig{Zip: true, ByIndex: true} })
	issued := w.issue(t, p)
	path := w.file("receipts", w.period.String(), strings.ReplaceAll(w.Organisation.Title(), "/", "_")+" 2026-10.zip")
	files := unzipped(t, path)
	register, totals := semicolons(t, files["Реестр.csv"])[1:], semicolons(t, files["Итоги.csv"])[1:]
	checkRegister(t, files, register)
	last := totals[len(totals)-1]
	if want := []string{"", "Итого", strconv.Itoa(issued.Documents), strconv.Itoa(issued.Pages), strings.Replace(issued.ToPay.String(), ".", ",", 1), ""}; !slices.Equal(last, want) {
		t.Errorf("control totals %q, want %q", last, want)
	}
	for _, row := range totals[:len(totals)-1] {
		if digest := sha256.Sum256(files[row[1]]); hex.EncodeToString(digest[:]) != row[5] {
			t.Errorf("the digest of %s is not that of the file", row[1])
		}
	}
	indexes := make([]string, 0, len(register))
	for _, row := range register {
		indexes = append(indexes, row[7])
	}
	if !slices.IsSorted(indexes) || indexes[0] == "" {
		t.Errorf("postal indexes stand in the order %q", slices.Compact(indexes))
	}
	before, err := os.ReadFile(path) //nolint:gosec // made by the test
	if err != nil {
		t.Fatal(err)
	}
	w.issue(t, p)
	w.pay(t, 1, "10.00")
	if _, err := w.Ledger(t.Context(), w.period); err != nil {
		t.Fatal(err)
	}
	again, err := os.ReadFile(path) //nolint:gosec // made by the test
	if err != nil || !bytes.Equal(before, again) {
		t.Errorf("the pack changed though nothing was issued: %v", err)
	}
	w.issue(t, p)
	if after := unzipped(t, path); cmp.Equal(files["Итоги.csv"], after["Итоги.csv"]) {
		t.Error("a payment is not in the control totals")
	}
	w.issue(t, w.Pipeline)
	if _, err := os.Stat(path); err == nil {
		t.Error("the pack stays though none is wanted")
	}
}

// postalIndexes gives the last house the lowest index.
func postalIndexes(t *testing.T, w *world) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("Адрес дома;Почтовый индекс\n")
	for i, address := range all[string](t, w.store, "SELECT address FROM houses ORDER BY address") {
		b.WriteString(address + ";" + strconv.Itoa(390_900-i) + "\n")
	}
	return b.String()
}

// checkRegister wants each account on the page that the register names.
func checkRegister(t *testing.T, files map[string][]byte, register [][]string) {
	t.Helper()
	texts := map[string][]string{}
	for i, row := range register {
		if row[0] != strconv.Itoa(i+1) {
			t.Fatalf("row %d has number %s", i+1, row[0])
		}
		if texts[row[1]] == nil {
			path := filepath.Join(t.TempDir(), "file.pdf")
			if err := os.WriteFile(path, files[row[1]], 0o600); err != nil {
				t.Fatal(err)
			}
			texts[row[1]] = strings.Split(pdfText(t, path), "\f")
		}
		page, err := strconv.Atoi(row[2])
		if err != nil || page < 1 || page > len(texts[row[1]]) || !strings.Contains(texts[row[1]][page-1], "Лицевой счёт: "+row[4]) ||
			!strings.Contains(texts[row[1]][page-1], row[6]) {
			t.Errorf("account %s with code %s is not on page %s of %s", row[4], row[6], row[2], row[1])
		}
	}
	if names := slices.Sorted(maps.Keys(texts)); len(names)+2 != len(files) {
		t.Errorf("the register names %q, the pack has %q", names, slices.Sorted(maps.Keys(files)))
	}
}

// What is printed beside charges and ledger comes from files: a schedule of instalments and where a document is sent.
func TestInstalmentsAndDelivery(t *testing.T) {
	t.Parallel()
	w := balanced(t, 30)
	account := one[string](t, w.store, "SELECT min(number) FROM accounts")
	before := one[int64](t, w.store, "SELECT sum(closing)::bigint FROM balances")
	for name, content := range map[string]string{
		"рассрочка.csv": "Лицевой счёт;Месяц;Документ;Платёж по рассрочке;Проценты;Ставка, % годовых;Остаток долга\n" +
			account + ";10.2026;Соглашение № 31-р;416,67;10,42;10;833,33\n" + account + ";11.2026;Соглашение № 31-р;416,67;7,10;10;416,66\n",
		"доставка.csv": "Лицевой счёт;Адрес доставки;Почтовый индекс\n" + account + ";г. Дальний, ул. Верхняя, д. 17;390999\n",
	} {
		if taken := w.take(t, town.Office, name, content); taken.Status != "accepted" {
			t.Fatalf("%s: %+v", name, taken)
		}
	}
	w.issue(t, w.Pipeline)
	var file bytes.Buffer
	if _, err := w.Receipt(t.Context(), &file, account, w.period, time.Time{}); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "receipt.pdf")
	if err := os.WriteFile(path, file.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	got := strings.Join(strings.Fields(pdfText(t, path)), " ")
	for _, want := range []string{
		"Соглашение № 31-р 416,67 10,42 10 427,09 833,33", "Адрес доставки: 390999, г. Дальний, ул. Верхняя, д. 17",
		"Расчёт суммы оплаты с учётом рассрочки платежа",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("the receipt does not say %q:\n%s", want, got)
		}
	}
	if strings.Contains(got, "416,66") {
		t.Error("the receipt shows the payment of another month")
	}
	if after := one[int64](t, w.store, "SELECT sum(closing)::bigint FROM balances"); after != before {
		t.Errorf("the ledger closed with %d, now with %d", before, after)
	}
}

// A receipt is drawn again as it was issued though the colours were changed since; a document that looks
// otherwise is another version of the register.
func TestReceiptOfAnotherForm(t *testing.T) {
	t.Parallel()
	w := balanced(t, 30)
	blue := w.printing(t, receipts.Config{Accent: "#1f5fa8", Barcode: "{account}"})
	w.issue(t, blue)
	account := one[string](t, w.store, "SELECT min(number) FROM accounts")
	var issued, again, changed bytes.Buffer
	first, err := blue.Receipt(t.Context(), &issued, account, w.period, time.Time{})
	if err != nil || !pipeline.SameForm(first) {
		t.Fatalf("%+v: %v", first, err)
	}
	if _, err := w.Receipt(t.Context(), &again, account, w.period, time.Time{}); err != nil || !bytes.Equal(issued.Bytes(), again.Bytes()) {
		t.Errorf("drawn by a printer without colours: %d bytes, issued %d: %v", again.Len(), issued.Len(), err)
	}
	if result := w.issue(t, w.Pipeline); result.Changed != result.Documents {
		t.Errorf("%d documents changed of %d that look otherwise now", result.Changed, result.Documents)
	}
	second, err := w.Receipt(t.Context(), &changed, account, w.period, time.Time{})
	if err != nil || second.Version != 2 || second.SHA256 != first.SHA256 || bytes.Equal(changed.Bytes(), issued.Bytes()) {
		t.Errorf("the new version is %+v: %v", second, err)
	}
	if _, err := w.store.Exec(t.Context(), "UPDATE issued_documents SET form = ''"); err != nil {
		t.Fatal(err)
	}
	if old, err := w.Receipt(t.Context(), io.Discard, account, w.period, time.Time{}); err != nil || pipeline.SameForm(old) {
		t.Errorf("a receipt of before there were forms claims the same bytes: %v", err)
	}
}

// printing is a pipeline with another printer.
func (w *world) printing(t *testing.T, config receipts.Config) *pipeline.Pipeline {
	t.Helper()
	printer, err := receipts.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return w.with(t, func(c *pipeline.Config) { c.Printer = printer })
}

// Characters that the fonts lack are told with the number of the document, once each.
func TestMissingCharactersAreTold(t *testing.T) {
	t.Parallel()
	w := balanced(t, 30)
	if _, err := w.store.Exec(t.Context(), "UPDATE accounts SET payer = 'Ли 李李' WHERE number = (SELECT min(number) FROM accounts)"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Charge(t.Context(), w.period); err != nil {
		t.Fatal(err)
	}
	var told []string
	p := w.printing(t, receipts.Config{OnMissingGlyph: func(document string, r rune) { told = append(told, document+string(r)) }})
	w.issue(t, p)
	account := one[string](t, w.store, "SELECT min(number) FROM accounts")
	if want := []string{"1026-" + account + "李"}; !slices.Equal(told, want) {
		t.Errorf("told %q, want %q", told, want)
	}
}

// Houses stand as along a street.
func TestNaturalOrder(t *testing.T) {
	t.Parallel()
	list := []string{"ул. А, д. 10", "ул. А, д. 9", "ул. А, д. 9а", "ул. А, д. 09, корп. 2", "пер. Б, д. 1"}
	want := []string{"пер. Б, д. 1", "ул. А, д. 9", "ул. А, д. 09, корп. 2", "ул. А, д. 9а", "ул. А, д. 10"}
	slices.SortFunc(list, pipeline.CompareNatural)
	if diff := cmp.Diff(want, list); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
}
