package folder_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/kvitok-gkh/kvitok/remote"
	"github.com/kvitok-gkh/kvitok/remote/folder"
	"github.com/kvitok-gkh/kvitok/remote/remotetest"
)

func open(t *testing.T, dir string) *folder.Folder {
	t.Helper()
	f, err := folder.New(folder.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestConformance(t *testing.T) {
	t.Parallel()
	remotetest.Run(t, func(t *testing.T) remote.Driver { t.Helper(); return open(t, t.TempDir()) })
}

func TestOnlyRegularFiles(t *testing.T) {
	t.Parallel()
	outside := filepath.Join(t.TempDir(), "secret")
	dir := t.TempDir()
	for _, err := range []error{
		os.WriteFile(outside, []byte("secret"), 0o600),
		os.Symlink(outside, filepath.Join(dir, "link.csv")),
		os.Mkdir(filepath.Join(dir, "sub.csv"), 0o700),
		os.WriteFile(filepath.Join(dir, "real.csv"), []byte("x"), 0o600),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	f := open(t, dir)
	entries, err := f.List(t.Context())
	if err != nil || len(entries) != 1 || entries[0].Name != "real.csv" {
		t.Errorf("List: %v, %v, want real.csv only", entries, err)
	}
	if r, err := f.Open(t.Context(), "link.csv"); err == nil {
		_ = r.Close()
		t.Error("Open followed a link out of the folder")
	}
}

func TestMissingFolder(t *testing.T) {
	t.Parallel()
	if _, err := folder.New(folder.Config{}); err == nil {
		t.Error("New without a directory succeeded")
	}
	dir := filepath.Join(t.TempDir(), "not-mounted")
	f := open(t, dir)
	_, listErr := f.List(t.Context())
	removeErr := f.Remove(t.Context(), "x")
	for _, err := range []error{listErr, removeErr} {
		if err == nil || errors.Is(err, remote.ErrNotFound) {
			t.Errorf("%v: want an error, and not the one of a missing file", err)
		}
	}
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Error("the folder was created")
	}
}
