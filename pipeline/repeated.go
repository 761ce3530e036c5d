package pipeline

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"time"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/store"
)

// repeatPause is how long a partner who was told how his file ended is not told so again: a machine that
// sends one file every minute must not fill its own inbox with answers.
const repeatPause = time.Hour

// repeated notes that a file arrived again and answers it once more. Nothing of it is applied: its rows stand as
// they ended. A file that was sent once and is seen twice, because its original is still there, did not arrive again.
func (p *Pipeline) repeated(ctx context.Context, known, again housing.ReceivedFile, f fetchedFile, left int) (FileResult, error) {
	ended := knownFile(known, again, left)
	earlier, err := p.Store.RepeatOf(ctx, known.ID, again)
	if err != nil {
		return FileResult{}, err
	}
	answered := false
	switch {
	case earlier.Seen && f.fromInbox():
	case p.repeatIsAnswered(known, again, f, earlier):
		answered, err = true, p.answerRepeated(ctx, known, again, f, ended.Counts)
	default:
		err = p.Store.AddArrival(ctx, known.ID, again)
	}
	if err != nil {
		return FileResult{}, err
	}
	p.Log.LogAttrs(ctx, slog.LevelInfo, "file is known", slog.String("file", again.Name), slog.String("sha256", again.SHA256),
		slog.Time("first_received", known.Received), slog.Bool("answered", answered))
	return ended, nil
}

// knownFile says how a file ended that arrived again: rows that were rejected are not in, as long as no file has
// corrected them.
func knownFile(known, again housing.ReceivedFile, left int) FileResult {
	known.Name, known.Partner = again.Name, again.Partner
	known.Counts = housing.Counts{
		Rows: known.Counts.Rows, Unchanged: known.Counts.Rows - left, Rejected: left,
	}
	known.Status = housing.FileRepeated
	return FileResult{ReceivedFile: known}
}

// repeatIsAnswered says whether the sender of a known file is told how it ended. What the office took from its own
// archive or disk is nobody's letter. A cover is answered only where something in it could not be opened.
func (p *Pipeline) repeatIsAnswered(known, again housing.ReceivedFile, f fetchedFile, earlier store.Repeat) bool {
	partner, is := p.partner(f.Partner)
	if !f.fromInbox() || !is || partner.Outbox == nil || partner.SilentRepeats {
		return false
	}
	if f.envelope != nil && known.Counts.Rejected == 0 {
		return false
	}
	told := earlier.Answered
	if known.Partner == partner.Name && known.Received.After(told) {
		told = known.Received // by the first protocol
	}
	return again.Received.Sub(told) >= repeatPause
}

// answerRepeated gives the old protocol once more, as its rows stand today, under the words that say since when.
func (p *Pipeline) answerRepeated(ctx context.Context, known, again housing.ReceivedFile, f fetchedFile, counts housing.Counts) error {
	problems, err := p.reader().Problems(ctx, known.ID)
	if err != nil {
		return err
	}
	again.Status, again.Counts, again.Reason = housing.FileRepeated, counts, p.sinceWhen(known)+"; второй раз он не проводится"
	others := housing.Unchanged
	if known.Status == housing.FileRefused {
		again.Status, again.Reason = housing.FileRefused, p.sinceWhen(known)+" и отклонён: "+known.Reason
		others = housing.Rejected
	}
	ends, shape, err := p.endsOfKnown(ctx, f, problems, others)
	if err != nil {
		return err
	}
	end := ends.of
	if known.Status == housing.FileRefused {
		end = ends.ofRefused
	}
	err = p.Store.InTx(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := tx.AddAnsweredArrival(ctx, known.ID, again); err != nil {
			return err
		}
		return p.answer(ctx, tx, f, protocolPlan{file: again, shape: shape, end: end, code: "file_repeated", again: true, notes: problems})
	})
	if err != nil {
		return fmt.Errorf("answer %s, which came again: %w", again.Name, err)
	}
	return nil
}

// sinceWhen says which file had these bytes first.
func (p *Pipeline) sinceWhen(known housing.ReceivedFile) string {
	zone := p.Limits.Zone
	if zone == nil {
		zone = time.UTC
	}
	return fmt.Sprintf("файл с тем же содержимым уже получен %s под именем «%s»",
		known.Received.In(zone).Format("02.01.2006 15:04"), known.Name)
}

// endsOfKnown tells how the rows of a known file stand, each with what is still wrong with it; the others ended as said.
func (p *Pipeline) endsOfKnown(ctx context.Context, f fetchedFile, problems []housing.Problem, others housing.Verdict) (outcomes, importers.Shape, error) {
	if f.format == nil {
		return outcomes{}, plainShape(f.sample), nil
	}
	known := knownEnds{last: map[string]int{}, left: map[string][]housing.Problem{}}
	for _, problem := range problems {
		if problem.Row > 0 && !problem.Settled {
			known.left[problem.Sheet] = append(known.left[problem.Sheet], problem)
		}
	}
	read, err := p.decodeResult(ctx, f, func(r importers.Record) error {
		known.giveUntil(r.Sheet, r.Row)
		if err := known.ends.add(importers.Record{}, housing.Outcome{Verdict: others}); err != nil {
			return err
		}
		known.last[r.Sheet] = len(known.ends.verdicts) - 1
		return nil
	})
	if err != nil && !isFileError(err) {
		return outcomes{}, importers.Shape{}, fmt.Errorf("read %s, which came again: %w", f.Name, err)
	}
	for sheet := range known.left {
		known.giveUntil(sheet, math.MaxInt)
	}
	if read.Shape.Kind == "" {
		return known.ends, plainShape(f.sample), nil
	}
	return known.ends, read.Shape, nil
}

// knownEnds gives what was wrong with a known file to its rows. A problem of a line inside a record belongs to the
// record that begins before it.
type knownEnds struct {
	ends outcomes
	last map[string]int               // of each sheet: the ordinal of the row read last
	left map[string][]housing.Problem // of each sheet, by row: what has no row yet
}

func (k *knownEnds) giveUntil(sheet string, row int) {
	left := k.left[sheet]
	for len(left) > 0 && left[0].Row < row {
		if at, is := k.last[sheet]; is {
			k.ends.note(at, left[0])
			if left[0].IsError() {
				k.ends.verdicts[at] = wasRejected
			}
		}
		left = left[1:]
	}
	k.left[sheet] = left
}
