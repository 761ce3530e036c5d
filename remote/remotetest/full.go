package remotetest

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/kvitok-gkh/kvitok/remote"
)

// RunFull proves what happens where the partner's disk, or our share of it, is full: the delivery fails and says so, nothing stands under
// the name that he looks for, his files are whole, and as soon as there is room the same delivery goes through. The disk is a
// folder of FullDisk bytes that the driver's place lies on.
func RunFull(t *testing.T, d remote.Driver, disk string) {
	t.Helper()
	p := newPlace(t, remote.Settings{Driver: d, Backoff: remote.Backoff{Attempts: 2}})
	put(t, d, "theirs.csv", []byte("theirs"))
	filler := filepath.Join(disk, "filler.bin")
	if err := os.WriteFile(filler, Pattern(FullDisk/2), 0o600); err != nil {
		t.Fatal(err)
	}
	want := Pattern(FullDisk * 2 / 3)
	got, err := p.Deliver(t.Context(), "answer.csv", int64(len(want)), Source(want))
	if err == nil {
		t.Errorf("delivered to a full disk: %+v", got)
	}
	t.Log("a full disk is told so:", err)
	for _, name := range list(t, d) {
		if name == "answer.csv" {
			t.Error("a part of the file stands under its name")
		}
	}
	if got := get(t, d, "theirs.csv"); string(got) != "theirs" {
		t.Errorf("theirs.csv holds %q", got)
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Deliver(t.Context(), "answer.csv", int64(len(want)), Source(want)); err != nil {
		t.Fatalf("with room again: %v", err)
	}
	if got := get(t, d, "answer.csv"); !bytes.Equal(got, want) {
		t.Errorf("%d bytes came, want %d", len(got), len(want))
	}
}

// FullDisk is the size of the disk of RunFull.
const FullDisk = 768 << 10
