package receipts

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/receipts/paymentcode"
)

var update = flag.Bool("update", false, "rewrite the golden texts") //nolint:gochecknoglobals // flag of the test

func TestSingleText(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		doc   *housing.PaymentDocument
		pages int
	}{
		"one":     {document(t), 1},
		"two":     {twoPayees(t), 1},
		"advance": {advance(t), 1},
		"zero":    {zero(t), 1},
		"many":    {many(t), 2},
		"long":    {long(t), 1},
		"common":  {common(t), 1},
		"bare":    {bare(t), 1},
		"grounds": {recalculated(t), 1},
		"agreed":  {agreed(t), 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pdf := single(t, Config{}, test.doc)
			got := squeeze(text(t, pdf))
			if pages := strings.Count(got, "\f"); pages != test.pages {
				t.Errorf("%d pages, want %d", pages, test.pages)
			}
			path := filepath.Join("testdata", name+".txt")
			if *update {
				if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path) //nolint:gosec // one of our golden files
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("text (-want +got):\n%s", diff)
			}
		})
	}
}

// squeeze makes the text independent of how a version of poppler lays out columns.
func squeeze(s string) string {
	s = regexp.MustCompile(` *\n[ \n]*`).ReplaceAllString(s, "\n")
	return regexp.MustCompile(` {2,}`).ReplaceAllString(s, "  ")
}

// bare has nothing but what Check demands, and one payee.
func bare(tb testing.TB) *housing.PaymentDocument {
	tb.Helper()
	full := document(tb)
	return &housing.PaymentDocument{
		Number: "1", Period: full.Period, Account: housing.Account{Number: "7"},
		ToPay: 100, Payees: []housing.PayeeTotal{{Payee: issuer(), ToPay: 100}},
	}
}

func TestPaymentCodesDecode(t *testing.T) {
	t.Parallel()
	issuerCode := "ST00012|Name=ООО «УК „Садовая“»|PersonalAcc=40702810138250123017|BankName=ПАО «Примерский банк», г. Примерск" +
		"|BIC=044525225|CorrespAcc=30101810400000000225|Sum=906387|Purpose=ЖКУ, л/с 0001234567, октябрь 2026|PayeeINN=6200098765" +
		"|KPP=620001001|PersAcc=0001234567|PaymPeriod=102026|TechCode=02"
	fundCode := "ST00012|Name=Фонд капремонта Примерской области|PersonalAcc=40604810500000000123|BankName=Отделение Примерск Банка России" +
		"|BIC=046126001|CorrespAcc=30101810500000000614|Sum=62445|Purpose=Взнос на капремонт, л/с 0001234567, октябрь 2026|PayeeINN=6234123456" +
		"|KPP=623401001|PersAcc=0001234567|PaymPeriod=102026|TechCode=02"
	for name, test := range map[string]struct {
		doc  *housing.PaymentDocument
		want []string
	}{
		"one payee":      {document(t), []string{issuerCode}},
		"two payees":     {twoPayees(t), []string{issuerCode, fundCode}},
		"advance":        {advance(t), nil},
		"nothing to pay": {zero(t), nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pdf := single(t, Config{}, test.doc)
			for _, options := range [][]string{{"-r", "100", "-mono"}, {"-r", "200", "-mono"}, {"-r", "300", "-gray"}} {
				if diff := cmp.Diff(test.want, codes(t, pdf, options...)); diff != "" {
					t.Errorf("codes rendered by %q (-want +got):\n%s", options, diff)
				}
			}
		})
	}
}

func TestLongNamesStillDecode(t *testing.T) {
	t.Parallel()
	pdf := single(t, Config{PayerInCode: true}, long(t))
	found := codes(t, pdf, "-r", "200", "-png")
	if len(found) != 1 {
		t.Fatalf("%d codes, want 1", len(found))
	}
	block, _, _ := strings.Cut(found[0], "|Sum=")
	if n := len(block) - len("ST00012"); n > paymentcode.MaxBlock {
		t.Errorf("mandatory block of %d bytes", n)
	}
	if !strings.Contains(found[0], "|Sum=12345679682621|") {
		t.Errorf("sum is missing in %q", found[0])
	}
}

func TestPayerInCode(t *testing.T) {
	t.Parallel()
	doc := document(t)
	for inCode, want := range map[bool]string{
		true:  "|LastName=Константинопольская|FirstName=Анастасия|MiddleName=Александровна|PayerAddress=г. Примерск, ул. Садовая, д. 5, корп. 2, кв. 45а|",
		false: "|KPP=620001001|PersAcc=0001234567|",
	} {
		code, err := printer(t, Config{PayerInCode: inCode}).payment(doc, &doc.Payees[0]).Text(paymentcode.UTF8)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(code, want) {
			t.Errorf("PayerInCode %v: %q lacks %q", inCode, code, want)
		}
	}
}

func TestSingleIsDeterministic(t *testing.T) {
	t.Parallel()
	want := single(t, Config{}, twoPayees(t))
	p := printer(t, Config{})
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			var file bytes.Buffer
			if err := p.Single(&file, twoPayees(t)); err != nil {
				t.Error(err)
				return
			}
			if !bytes.Equal(file.Bytes(), want) {
				t.Error("equal documents gave different bytes")
			}
		})
	}
	group.Wait()
}

func TestBook(t *testing.T) {
	t.Parallel()
	docs := make([]*housing.PaymentDocument, 0, 12)
	for i := range cap(docs) {
		doc := document(t)
		doc.Account.Number = fmt.Sprintf("77000000%02d", i)
		docs = append(docs, doc)
	}
	docs[5] = many(t)
	var first, second bytes.Buffer
	pages, err := printer(t, Config{}).Book(&first, sequence(docs...))
	if err != nil {
		t.Fatal(err)
	}
	if pages.Pages != 13 {
		t.Errorf("%d pages, want 13", pages.Pages)
	}
	if _, err := printer(t, Config{}).Book(&second, sequence(docs...)); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first.Bytes(), second.Bytes()) {
		t.Error("equal documents gave different bytes")
	}
	all := strings.Split(text(t, first.Bytes()), "\f")
	for i, doc := range docs {
		at := i
		if i > 5 {
			at++ // the sixth takes two pages
		}
		if !strings.Contains(all[at], doc.Account.Number) || !strings.Contains(all[at], "ПЛАТЁЖНЫЙ ДОКУМЕНТ") {
			t.Errorf("page %d does not begin document %d", at+1, i+1)
		}
	}
	if found := codes(t, first.Bytes(), "-r", "100", "-mono"); len(found) != len(docs) {
		t.Errorf("%d codes decode, want %d", len(found), len(docs))
	}
}

func TestBookRefuses(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	held := document(t)
	held.Payees[0].Payee.Bank.BIC = ""
	for name, test := range map[string]struct {
		docs func(func(*housing.PaymentDocument, error) bool)
		want error
	}{
		"error of the sequence": {func(yield func(*housing.PaymentDocument, error) bool) {
			_ = yield(document(t), nil) && yield(nil, broken)
		}, broken},
		"held document": {sequence(document(t), held), ErrNoBankDetails},
		"no document":   {sequence(nil), ErrNotDrawable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var file bytes.Buffer
			pages, err := printer(t, Config{}).Book(&file, test.docs)
			if !errors.Is(err, test.want) {
				t.Errorf("error %v, want %v", err, test.want)
			}
			if pages.Pages != 0 || file.Len() != 0 {
				t.Errorf("%d pages and %d bytes are written", pages.Pages, file.Len())
			}
		})
	}
}

func TestBookOfNothing(t *testing.T) {
	t.Parallel()
	var file bytes.Buffer
	pages, err := printer(t, Config{}).Book(&file, sequence())
	if err != nil || pages.Pages != 0 || file.Len() != 0 {
		t.Errorf("%d pages, %d bytes, error %v", pages.Pages, file.Len(), err)
	}
}

func TestNoBankDetails(t *testing.T) {
	t.Parallel()
	doc := twoPayees(t)
	doc.Payees[1].Payee.Bank.CorrAccount = ""
	p := printer(t, Config{})
	var file bytes.Buffer
	err := p.Single(&file, doc)
	var missing *NoBankDetailsError
	if !errors.Is(err, ErrNoBankDetails) || !errors.As(err, &missing) {
		t.Fatalf("error %v, want ErrNoBankDetails", err)
	}
	if missing.INN != fund().INN || !strings.Contains(missing.Russian(), "«Фонд капремонта Примерской области» (ИНН 6234123456)") {
		t.Errorf("payee is not named: %+v, %s", missing, missing.Russian())
	}
	if file.Len() > 0 {
		t.Error("something is written")
	}
	if err := p.Check(doc); !errors.Is(err, ErrNoBankDetails) {
		t.Errorf("Check: %v", err)
	}
	doc.Payees[1].ToPay = 0
	if err := p.Check(doc); err != nil {
		t.Errorf("nobody is to pay this payee, but: %v", err)
	}
}

func TestCheckRefuses(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*housing.PaymentDocument){
		"no period":  func(d *housing.PaymentDocument) { d.Period = 0 },
		"no number":  func(d *housing.PaymentDocument) { d.Number = "" },
		"no account": func(d *housing.PaymentDocument) { d.Account.Number = "" },
	} {
		doc := document(t)
		change(doc)
		if err := printer(t, Config{}).Check(doc); !errors.Is(err, ErrNotDrawable) {
			t.Errorf("%s: %v", name, err)
		}
	}
	doc := document(t)
	doc.Payees[0].Payee.INN = "12"
	if err := printer(t, Config{}).Check(doc); !errors.Is(err, paymentcode.ErrInvalid) {
		t.Errorf("bad INN: %v", err)
	}
}

func TestNewRefusesUnknownEncoding(t *testing.T) {
	t.Parallel()
	if _, err := New(Config{CodeEncoding: '9'}); err == nil {
		t.Error("encoding 9 is taken")
	}
}

func TestMissingGlyphs(t *testing.T) {
	t.Parallel()
	doc := document(t)
	doc.Account.Payer = "Ли 李\tЙосиф и\u0306 😀"
	seen := map[rune]bool{}
	pdf := single(t, Config{OnMissingGlyph: func(number string, r rune) {
		if number != doc.Number {
			t.Errorf("document %q is named, want %q", number, doc.Number)
		}
		seen[r] = true
	}}, doc)
	if diff := cmp.Diff(map[rune]bool{'李': true, '😀': true}, seen); diff != "" {
		t.Errorf("reported (-want +got):\n%s", diff)
	}
	if got := text(t, pdf); !strings.Contains(got, "Ли □ Йосиф й □") {
		t.Errorf("no boxes in:\n%s", got)
	}
}

type failingWriter struct{}

func (failingWriter) Write([]byte) (int, error) { return 0, io.ErrShortWrite }

func TestFailingWriter(t *testing.T) {
	t.Parallel()
	p := printer(t, Config{})
	if err := p.Single(failingWriter{}, document(t)); !errors.Is(err, io.ErrShortWrite) {
		t.Errorf("Single: %v", err)
	}
	if _, err := p.Book(failingWriter{}, sequence(document(t))); !errors.Is(err, io.ErrShortWrite) {
		t.Errorf("Book: %v", err)
	}
}

// Whatever stands in a document, a file comes out or an error of ours; nothing panics.
func TestAnyTextIsDrawn(t *testing.T) {
	t.Parallel()
	p := printer(t, Config{OnMissingGlyph: func(string, rune) {}})
	base := twoPayees(t)
	rapid.Check(t, func(t *rapid.T) {
		doc := *base
		anything := rapid.OneOf(rapid.String(), rapid.StringN(100, 300, -1), rapid.StringOf(rapid.RuneFrom(nil, unicode.Cyrillic)))
		draw := func(name string) string { return anything.Draw(t, name) }
		doc.Number = "1" + draw("number")
		doc.Account.Payer, doc.House.Address, doc.Issuer.Name = draw("payer"), draw("address"), draw("issuer")
		doc.Payees = slices.Clone(base.Payees)
		doc.Payees[0].Payee.Name, doc.Payees[0].Payee.ShortName = draw("name"), draw("short")
		doc.Payees[0].Payee.Bank.Name = "Б" + draw("bank")
		doc.Meters = slices.Clone(base.Meters)
		doc.Meters[0].Serial = draw("serial")
		doc.Reference = slices.Clone(base.Reference)
		doc.Reference[0].Document = draw("document")
		doc.ToPay = housing.Money(rapid.Int64().Draw(t, "to pay"))
		var file bytes.Buffer
		err := p.Single(&file, &doc)
		if err != nil && !errors.Is(err, paymentcode.ErrInvalid) {
			t.Fatal(err)
		}
		if (err == nil) != bytes.HasPrefix(file.Bytes(), []byte("%PDF-")) {
			t.Fatalf("error %v and %d bytes", err, file.Len())
		}
	})
}
