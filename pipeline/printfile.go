package pipeline

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/receipts"
)

// printFile is what is drawn of the documents of one house.
type printFile struct {
	period     housing.Period
	house      housing.House
	documents  []*housing.PaymentDocument
	paper      []*housing.PaymentDocument // those of documents that are printed
	changed    bool                       // since it was drawn last
	otherPaper bool                       // others are printed than were then
}

func (f printFile) folder() string { return filepath.Join("receipts", f.period.String()) }

// drawHouse writes the print file of a house, and a file an account where that is wanted. Files of
// documents that are not issued any more are removed: nobody must post a receipt that was withdrawn.
func (p *Pipeline) drawHouse(f printFile) (pages int, err error) {
	name := filepath.Join(f.folder(), fileTitle(f.house.Address)+".pdf")
	switch {
	case len(f.paper) == 0:
		for _, gone := range []string{name, f.registerOf()} {
			if err := os.Remove(p.path(gone)); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return 0, fmt.Errorf("withdraw the print file of %s: %w", f.house.Address, err)
			}
		}
	case f.changed || f.otherPaper || p.missing(name) || p.Print.Zip && p.missing(f.registerOf()):
		if pages, err = p.drawBook(f, name); err != nil {
			return 0, fmt.Errorf("draw the print file of %s: %w", f.house.Address, err)
		}
	}
	return pages, p.drawSingles(f)
}

// drawBook draws the print file, and its rows of the register where there is one.
func (p *Pipeline) drawBook(f printFile, name string) (int, error) {
	var printed receipts.Printed
	_, err := p.stage(name, func(w io.Writer) (err error) {
		printed, err = p.Printer.Book(w, sequence(f.paper))
		return err
	})
	if err != nil || !p.Print.Zip {
		return printed.Pages, err
	}
	_, err = p.stage(f.registerOf(), func(w io.Writer) error { return writeRegister(w, f.paper, printed) })
	return printed.Pages, err
}

func (p *Pipeline) drawSingles(f printFile) error {
	folder := filepath.Join(f.folder(), fileTitle(f.house.Address))
	wanted := map[string]bool{}
	for _, d := range f.documents {
		if !p.SingleFiles {
			break
		}
		name := fileTitle(d.Account.Number) + ".pdf"
		wanted[name] = true
		if single := filepath.Join(folder, name); f.changed || p.missing(single) {
			if _, err := p.stage(single, func(w io.Writer) error { return p.Printer.Single(w, d) }); err != nil {
				return fmt.Errorf("draw the receipt of account %s: %w", d.Account.Number, err)
			}
		}
	}
	entries, err := os.ReadDir(p.path(folder))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("look for receipts that were withdrawn: %w", err)
	}
	for _, entry := range entries {
		if name := entry.Name(); filepath.Ext(name) == ".pdf" && !wanted[name] {
			if err := os.Remove(p.path(folder, name)); err != nil {
				return fmt.Errorf("withdraw a receipt: %w", err)
			}
		}
	}
	return nil
}

func (p *Pipeline) missing(name string) bool {
	_, err := os.Stat(p.path(name))
	return err != nil
}

func sequence(documents []*housing.PaymentDocument) iter.Seq2[*housing.PaymentDocument, error] {
	return func(yield func(*housing.PaymentDocument, error) bool) {
		for _, d := range documents {
			if !yield(d, nil) {
				return
			}
		}
	}
}

// fileTitle makes an address fit for a file name. Of a very long one the end is kept, where the house
// is, with a mark that tells it from others.
func fileTitle(address string) string {
	title := strings.Map(func(r rune) rune {
		if r < ' ' || strings.ContainsRune(`<>:"/\|?*`, r) {
			return '_'
		}
		return r
	}, strings.Trim(address, ". "))
	if len(title) <= longestName {
		return title
	}
	const mark = 4
	sum := sha256.Sum256([]byte(address))
	return strings.TrimSpace(strings.ToValidUTF8(title[len(title)-longestName+3*mark:], "")) + " " + hex.EncodeToString(sum[:mark])
}
