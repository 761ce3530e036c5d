package pipeline

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/importers/zips"
	"github.com/kvitok-gkh/kvitok/remote/pgp"
	"github.com/kvitok-gkh/kvitok/store"
)

// sealedHead is how many bytes of a file tell whether it is sealed.
const sealedHead = 64

// openSealed opens a sealed file, and reports whether it was one or had to be.
func (o *opener) openSealed(in importers.Input) (is bool, err error) {
	head := make([]byte, min(sealedHead, in.Size))
	if _, err := in.Content.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return false, fmt.Errorf("read the beginning: %w", err)
	}
	var keys *pgp.Keys
	if partner, known := o.partner(o.cover.of.Partner); known {
		keys = partner.Keys
	}
	sealed := pgp.Sealed(head)
	switch {
	case !sealed && (keys == nil || keys.TakesPlain() || o.cover.of.trusted):
		return false, nil
	case keys == nil:
		o.unsealable(pgp.NoKeys())
	case !sealed:
		o.unsealable(pgp.NotSealed())
	default:
		err = o.unseal(in, keys)
	}
	o.cover.format = formatPGP
	return true, err
}

func (o *opener) unsealable(why *pgp.Error) {
	o.fell("", housing.Problem{Code: why.Code, Text: why.Text, Severity: housing.SeverityError})
}

// unseal takes what is in a sealed file: a file, or an archive of files. The opened copy aside is without a name: it lives as long as it is
// open, whatever becomes of the process.
func (o *opener) unseal(in importers.Input, keys *pgp.Keys) (err error) {
	if err := os.MkdirAll(in.Temp, 0o750); err != nil {
		return fmt.Errorf("make the work folder: %w", err)
	}
	plain, err := os.CreateTemp(in.Temp, "unsealed-*")
	if err != nil {
		return fmt.Errorf("make a temporary file: %w", err)
	}
	defer func() { err = errors.Join(err, plain.Close()) }()
	if err := os.Remove(plain.Name()); err != nil {
		return fmt.Errorf("make a temporary file: %w", err)
	}
	err = keys.Open(io.NewSectionReader(in.Content, 0, in.Size), plain)
	if why, is := errors.AsType[*pgp.Error](err); is {
		o.unsealable(why)
		return nil
	}
	if err != nil {
		return fmt.Errorf("open the sealed file: %w", err)
	}
	size, err := plain.Seek(0, io.SeekEnd)
	if err != nil {
		return fmt.Errorf("read what was opened: %w", err)
	}
	inner := importers.Input{Name: pgp.InnerName(in.Name), Size: size, Content: plain, Temp: in.Temp}
	name := o.cover.of.Name + "/" + inner.Name
	if zips.Is(inner) {
		return o.openZip(inner, name)
	}
	return o.put(name, io.NewSectionReader(plain, 0, size))
}

// parcel is a file as it leaves.
type parcel struct {
	name   string // at the partner's
	path   string // relative to the data folder
	size   int64
	sealed string // its path, "" where it leaves as it is
}

// parcelOf seals a file for a partner who gets his sealed. It is sealed once: sent again after an answer was lost, or a year later, it has
// the same bytes, which no second sealing would give.
func (p *Pipeline) parcelOf(partner Partner, out store.Outgoing) (parcel, error) {
	name := p.outName(partner, out)
	if partner.Keys == nil || !partner.Keys.Seals() {
		return parcel{name: name, path: out.Staged, size: out.Size}, nil
	}
	sealed := filepath.Join("archive", out.Destination, out.CreatedAt.UTC().Format(time.DateOnly), "out",
		out.SHA256[:12]+"-"+clipName(out.Name)+"."+partner.Keys.KeyID()+partner.Keys.Suffix())
	leaves := parcel{name: name + partner.Keys.Suffix(), path: sealed, sealed: sealed}
	info, err := os.Stat(p.path(sealed))
	if err == nil {
		leaves.size = info.Size()
		return leaves, nil
	}
	if !errors.Is(err, os.ErrNotExist) {
		return leaves, fmt.Errorf("look for the sealed copy of %s: %w", out.Name, err)
	}
	made, err := p.stage(sealed, func(w io.Writer) (err error) {
		plain, err := os.Open(p.path(out.Staged))
		if err != nil {
			return fmt.Errorf("open %s: %w", out.Staged, err)
		}
		defer func() { err = errors.Join(err, plain.Close()) }()
		return partner.Keys.Seal(name, plain, w)
	})
	leaves.size = made.Size
	return leaves, err
}
