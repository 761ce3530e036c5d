package remote

import (
	"context"
	"io"
	"time"
)

// Source is the half of a Driver that an inbox needs: a place from which files are taken. A mailbox is no more than that.
//
// Obligations of every source, proven by remotetest.RunSource:
//
//   - Calls come from one goroutine at a time; the stream of Open counts as a call until it is closed.
//     Place keeps that order, so a driver needs no lock.
//   - A name is what CheckListed accepts, its bytes as the place has them; a driver refuses others with ErrName and never leaves its directory.
//   - Each call is one attempt. No retries, no sleeping, no temporary names: Place does that.
//   - The end of ctx ends the call soon, also in the middle of a transfer, with an error that wraps the
//     cause of ctx. A context which never ends still meets the driver's own time limit on silence.
//   - A missing file is ErrNotFound, and only a missing file: "permission denied" is not. What a later
//     attempt may cure (a broken connection, a busy server) wraps ErrTemporary. Every other error is
//     permanent, the unknown ones too.
//   - After a temporary error the driver is usable: the next call connects again by itself.
type Source interface {
	// List returns the regular files of the place in any order; no directories, no links. Times are as
	// precise as the protocol tells (an FTP server without MLSD: minutes). An empty place is no error.
	List(ctx context.Context) ([]Entry, error)

	// Open streams one file from its first byte. The caller closes the stream, always, and a transfer is
	// good only if both Read ended with io.EOF and Close returned nil: some protocols tell of a broken
	// transfer only there. Even then the size must be checked, because FTP cannot tell the end of a file
	// from a lost connection. ctx governs the stream until it is closed.
	Open(ctx context.Context, name string) (io.ReadCloser, error)

	// Remove deletes one file. When it fails with a temporary error it may still have happened.
	Remove(ctx context.Context, name string) error

	// Close releases the connection. It is idempotent; calls after Close fail or connect anew.
	io.Closer
}

// Driver is one place as its protocol sees it: a flat list of files in one directory that can also be
// written. The obligations of Source hold; remotetest.Run proves them.
type Driver interface {
	Source

	// Put writes r to name from the first byte, replacing what was there. When it returns nil the bytes
	// are as durable as the place can make them. When it fails, name may hold a part of the file: give it
	// temporary names only. r is not closed and may be read partly.
	Put(ctx context.Context, name string, r io.Reader) error

	// Rename gives a file its other name in one step. Whether an existing target is replaced or refused
	// depends on the server; callers ask first. When Rename fails with a temporary error it may still have happened.
	Rename(ctx context.Context, from, to string) error
}

// Sender is a place that takes whole files one by one and shows none of them: mail. The obligations of
// Source on contexts, attempts and kinds of errors hold.
type Sender interface {
	// Send hands one file over. nil means that the other side has answered for all of it. After a temporary
	// error the file may have arrived; sending the same bytes under the same name again must be
	// recognisable as a repetition by the receiver.
	Send(ctx context.Context, name string, r io.Reader) error

	// Check connects and shows who we are, without sending anything.
	Check(ctx context.Context) error

	io.Closer
}

// Stater is an optional power of a driver: size and time of one file without listing all of them.
// Times of Stat may be more precise than those of List, so one is never compared with the other.
// Without it Place looks the name up in the list.
type Stater interface {
	// Stat returns one file, or ErrNotFound.
	Stat(ctx context.Context, name string) (Entry, error)
}

// Checker is an optional power of a source: it finds out what taking files needs and List does not, such as the folder into which
// mails are moved. Nothing is changed by it.
type Checker interface {
	Check(ctx context.Context) error
}

// Locator is an optional power of a source: it says where a file lies, for the record. What it says holds no password.
type Locator interface {
	Locate(name string) string
}

// Entry is one file of a place.
type Entry struct {
	Name    string    `json:"name"`
	Size    int64     `json:"size"`
	ModTime time.Time `json:"mod_time"` // zero when the place does not tell

	// Title is the name that the sender gave, where Name had to be made unique: two mails may carry one "reestr.txt".
	Title string `json:"title,omitempty"`
	// Origin says where at the place it came from, for the record: a sender and a Message-ID,
	// or host and path.
	Origin string `json:"origin,omitempty"`
}

// FileName is the name as the sender gave it.
func (e Entry) FileName() string {
	if e.Title != "" {
		return e.Title
	}
	return e.Name
}

func (e Entry) same(other Entry) bool {
	return e.Size == other.Size && e.ModTime.Equal(other.ModTime)
}
