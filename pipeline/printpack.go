package pipeline

import (
	"archive/zip"
	"cmp"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/receipts"
)

// PrintConfig is what a printing house is given beside the print files.
type PrintConfig struct {
	Zip     bool // all print files of the month with their register and control totals in one file
	ByIndex bool // print files stand in the order of postal indexes, else of streets
}

// printedHouse is a print file of the month.
type printedHouse struct {
	title string // of its files
	house string // address
	index string // postal
}

const utf8Mark = "\ufeff"

// registerOf is the name of the rows of a house in the register of print files.
func (f printFile) registerOf() string {
	return filepath.Join(f.folder(), "Реестр печати", fileTitle(f.house.Address)+".csv")
}

// writeRegister writes what stands where in a print file: a row a document.
func writeRegister(w io.Writer, documents []*housing.PaymentDocument, printed receipts.Printed) error {
	out := csv.NewWriter(w)
	out.Comma = ';'
	for i, d := range documents {
		last := printed.Pages
		if i+1 < len(printed.First) {
			last = printed.First[i+1] - 1
		}
		where := d.DeliverTo
		if where == "" {
			where = strings.Trim(d.House.Address+", "+d.Account.Premises.Title(), ", ")
		}
		row := []string{
			strconv.Itoa(printed.First[i]), strconv.Itoa(last - printed.First[i] + 1), d.Account.Number, d.Number, d.CheckCode, d.PostalIndex, where,
			plainRoubles(d.ToPay),
		}
		if err := out.Write(row); err != nil {
			return fmt.Errorf("write the register of a print file: %w", err)
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("write the register of a print file: %w", err)
	}
	return nil
}

// plainRoubles writes an amount as a spreadsheet reads it: 1234,50.
func plainRoubles(m housing.Money) string { return strings.Replace(m.String(), ".", ",", 1) }

// printTotals is what a printing house counts.
type printTotals struct {
	documents, pages int
	toPay            housing.Money
}

func (t *printTotals) add(o printTotals) {
	t.documents += o.documents
	t.pages += o.pages
	t.toPay += o.toPay
}

func (t printTotals) cells() []string {
	return []string{strconv.Itoa(t.documents), strconv.Itoa(t.pages), plainRoubles(t.toPay)}
}

// packPrint puts the print files of a month into one ZIP in the order of delivery, with a register of the
// documents and control totals. A pack that says the same already is left as it is.
func (p *Pipeline) packPrint(period housing.Period, houses []printedHouse) error {
	f := printFile{period: period}
	name := filepath.Join(f.folder(), fileTitle(p.Organisation.Title())+" "+period.String()+".zip")
	if !p.Print.Zip || len(houses) == 0 {
		if err := os.Remove(p.path(name)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("withdraw the pack of print files: %w", err)
		}
		return nil
	}
	slices.SortFunc(houses, func(a, b printedHouse) int {
		if p.Print.ByIndex {
			return cmp.Or(strings.Compare(a.index, b.index), compareNatural(a.house, b.house))
		}
		return compareNatural(a.house, b.house)
	})
	rows, totals, err := p.printRows(f, houses)
	if err != nil {
		return err
	}
	form, _, err := p.Printer.Form()
	if err != nil {
		return err
	}
	digest := sha256.Sum256([]byte(form + "\n" + p.Printer.PrintForm() + "\n" + string(rows)))
	says := hex.EncodeToString(digest[:])
	if old, err := zip.OpenReader(p.path(name)); err == nil {
		same := old.Comment == says
		if err := old.Close(); err != nil {
			return fmt.Errorf("look into the pack of print files: %w", err)
		}
		if same {
			return nil
		}
	}
	_, err = p.stage(name, func(w io.Writer) error { return p.writePack(w, pack{f, houses, rows, totals, says}) })
	return err
}

// printRows joins the rows of the houses into the register, in the order given.
func (p *Pipeline) printRows(f printFile, houses []printedHouse) (rows []byte, totals []printTotals, err error) {
	const pages, toPay = 1, 7
	var all strings.Builder
	all.WriteString(utf8Mark)
	out := csv.NewWriter(&all)
	out.Comma, out.UseCRLF = ';', true
	_ = out.Write([]string{
		"№", "Файл", "Страница", "Страниц", "Лицевой счёт", "Документ", "Код проверки", "Индекс", "Куда", "К оплате, руб.",
	})
	number := 0
	for i, h := range houses {
		f.house.Address = h.house
		content, err := os.ReadFile(p.path(f.registerOf()))
		if err != nil {
			return nil, nil, fmt.Errorf("read the register of a print file: %w", err)
		}
		in := csv.NewReader(strings.NewReader(string(content)))
		in.Comma = ';'
		list, err := in.ReadAll()
		if err != nil {
			return nil, nil, fmt.Errorf("read the register of the print file of %s: %w", h.house, err)
		}
		var sum printTotals
		for _, row := range list {
			number++
			n, err := strconv.Atoi(row[pages])
			amount, wrong := housing.ParseMoney(strings.Replace(row[toPay], ",", ".", 1))
			if err = errors.Join(err, wrong); err != nil {
				return nil, nil, fmt.Errorf("read the register of the print file of %s: %w", h.house, err)
			}
			sum.add(printTotals{1, n, amount})
			_ = out.Write(append([]string{strconv.Itoa(number), packedName(i, h)}, row...))
		}
		totals = append(totals, sum)
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return nil, nil, fmt.Errorf("write the register of print files: %w", err)
	}
	return []byte(all.String()), totals, nil
}

// packedName is the name of the print file of the i-th house in the pack: sorted by name it is in order.
func packedName(i int, h printedHouse) string { return fmt.Sprintf("%04d %s.pdf", i+1, h.title) }

// pack is what goes into a ZIP.
type pack struct {
	file   printFile
	houses []printedHouse
	rows   []byte
	totals []printTotals
	says   string
}

func (p *Pipeline) writePack(w io.Writer, k pack) error {
	out := zip.NewWriter(w)
	at := k.file.period.Last().Time()
	var sums strings.Builder
	sums.WriteString(utf8Mark)
	table := csv.NewWriter(&sums)
	table.Comma, table.UseCRLF = ';', true
	_ = table.Write([]string{"№", "Файл", "Документов", "Страниц", "К оплате, руб.", "SHA-256"})
	var all printTotals
	for i, h := range k.houses {
		name := packedName(i, h)
		digest, err := p.addToPack(out, filepath.Join(k.file.folder(), h.title+".pdf"), name, at)
		if err != nil {
			return err
		}
		all.add(k.totals[i])
		_ = table.Write(slices.Concat([]string{strconv.Itoa(i + 1), name}, k.totals[i].cells(), []string{digest}))
	}
	_ = table.Write(slices.Concat([]string{"", "Итого"}, all.cells(), []string{""}))
	table.Flush()
	err := errors.Join(table.Error(), writeEntry(out, "Реестр.csv", k.rows, at), writeEntry(out, "Итоги.csv", []byte(sums.String()), at),
		out.SetComment(k.says), out.Close())
	if err != nil {
		return fmt.Errorf("write the pack of print files: %w", err)
	}
	return nil
}

// addToPack copies a print file into the pack as it is, its pages are compressed already, and returns its digest.
func (p *Pipeline) addToPack(out *zip.Writer, path, name string, at time.Time) (digest string, err error) {
	in, err := os.Open(p.path(path))
	if err != nil {
		return "", fmt.Errorf("open a print file: %w", err)
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	entry, err := out.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store, Modified: at})
	if err != nil {
		return "", fmt.Errorf("pack %s: %w", name, err)
	}
	hash := sha256.New()
	if _, err := io.Copy(io.MultiWriter(entry, hash), in); err != nil {
		return "", fmt.Errorf("pack %s: %w", name, err)
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}

func writeEntry(out *zip.Writer, name string, content []byte, at time.Time) error {
	entry, err := out.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: at})
	if err != nil {
		return fmt.Errorf("pack %s: %w", name, err)
	}
	if _, err := entry.Write(content); err != nil {
		return fmt.Errorf("pack %s: %w", name, err)
	}
	return nil
}

// compareNatural orders texts with the numbers in them as numbers: д. 9 stands before д. 10.
func compareNatural(a, b string) int {
	for a != "" && b != "" {
		x, y := digitsOf(a), digitsOf(b)
		if x > 0 && y > 0 {
			m, n := strings.TrimLeft(a[:x], "0"), strings.TrimLeft(b[:y], "0")
			if c := cmp.Or(cmp.Compare(len(m), len(n)), strings.Compare(m, n)); c != 0 {
				return c
			}
			a, b = a[x:], b[y:]
			continue
		}
		if a[0] != b[0] {
			return cmp.Compare(a[0], b[0])
		}
		a, b = a[1:], b[1:]
	}
	return cmp.Compare(len(a), len(b))
}

func digitsOf(s string) int { return len(s) - len(strings.TrimLeft(s, "0123456789")) }
