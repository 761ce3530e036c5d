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
func testArchive(ctx context.Context, formats importers.Catalogue, in importers.Input, out io.Writer) (*readFile, error) {
	result := &readFile{File: in.Name, Rows: []readRow{}, Inside: []*readFile{}}
	err := zips.Open(in, zips.DefaultLimits(), func(m zips.Member) error {
		one := &readFile{File: in.Name + "/" + m.Name, Rows: []readRow{}, out: out}
		if m.Refusal != nil {
			one.refuse(m.Refusal)
		} else if err := one.testMember(ctx, formats, in, m); err != nil {
			return err
		}
		one.writeMember()
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

func (f *readFile) testMember(ctx context.Context, formats importers.Catalogue, in importers.Input, m zips.Member) (err error) {
	file, err := os.CreateTemp(in.Temp, "member-*")
	if err != nil {
		return fmt.Errorf("make a temporary file: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	size, err := io.Copy(file, m.Content)
	if err != nil {
		return fmt.Errorf("unpack %s: %w", m.Name, err)
	}
	_, err = f.test(ctx, formats, importers.Input{Name: path.Base(m.Name), Size: size, Content: file, Temp: in.Temp})
	return err
}

// writeMember prints how a file of an archive ended.
func (f *readFile) writeMember() {
	switch {
	case f.out == nil:
	case f.Refused != nil:
		say(f.out, "%s: REFUSED: %s", f.File, f.Refused.Text)
	default:
		f.writeEnd(f.out)
	}
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
