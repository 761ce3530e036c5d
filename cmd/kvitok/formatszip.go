package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"

	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/importers/zips"
)

// testArchive reads each file of an archive by itself.
func testArchive(ctx context.Context, formats importers.Catalogue, in importers.Input) (*readFile, error) {
	result := &readFile{File: in.Name, Rows: []readRow{}}
	err := zips.Open(in, zips.DefaultLimits(), func(m zips.Member) error {
		one := &readFile{File: in.Name + "/" + m.Name, Rows: []readRow{}}
		if m.Refusal != nil {
			one.refuse(m.Refusal)
		} else {
			var err error
			if one, err = testMember(ctx, formats, in, m); err != nil {
				return err
			}
		}
		result.Inside = append(result.Inside, one)
		result.Read += one.Read
		result.Rejected += one.Rejected
		return nil
	})
	if refused, ok := errors.AsType[*importers.FileError](err); ok {
		result.refuse(refused)
		return result, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the archive: %w", err)
	}
	return result, nil
}

func testMember(ctx context.Context, formats importers.Catalogue, in importers.Input, m zips.Member) (one *readFile, err error) {
	file, err := os.CreateTemp(in.Temp, "member-*")
	if err != nil {
		return nil, fmt.Errorf("make a temporary file: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	size, err := io.Copy(file, m.Content)
	if err != nil {
		return nil, fmt.Errorf("unpack %s: %w", m.Name, err)
	}
	member := importers.Input{Name: path.Base(m.Name), Size: size, Content: file, Temp: in.Temp}
	if one, err = testInput(ctx, formats, member); err == nil {
		one.File = in.Name + "/" + m.Name
	}
	return one, err
}

// end is the exit of the command: refused files before rejected rows.
func (f *readFile) end() error {
	for _, one := range append([]*readFile{f}, f.Inside...) {
		if one.Refused != nil {
			return fmt.Errorf("%s is refused: %s", one.File, one.Refused.Text)
		}
	}
	if f.Rejected > 0 {
		return errAttention
	}
	return nil
}

func (f *readFile) writeInside(w io.Writer) {
	for _, one := range f.Inside {
		if one.Refused != nil {
			say(w, "%s: REFUSED: %s", one.File, one.Refused.Text)
			continue
		}
		one.write(w)
	}
	say(w, "%s: %d files, %d rows read, %d rejected", f.File, len(f.Inside), f.Read, f.Rejected)
}
