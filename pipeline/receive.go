package pipeline

import (
	"context"
	"errors"
	"fmt"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/remote"
)

func (p *Pipeline) ingestStep(ctx context.Context, period housing.Period, s *Summary) (rows int, err error) {
	s.Files, err = p.ReceiveAll(ctx, period)
	for _, f := range s.Files {
		rows += f.Counts.Rows
	}
	return rows, err
}

// ReceiveAll takes everything that lies in the inboxes of all partners, in the order in which the files refer to each
// other, whoever sent them. One partner's trouble never stops the others.
func (p *Pipeline) ReceiveAll(ctx context.Context, period housing.Period) ([]FileResult, error) {
	var taken []fetchedFile
	var failures []error
	for _, partner := range p.Partners {
		if partner.Inbox == nil {
			continue
		}
		var watch remote.Watch
		_, err := partner.Inbox.Ready(ctx, &watch)
		if err == nil {
			var files []fetchedFile
			files, err = p.fetch(ctx, partner, &watch)
			taken = append(taken, files...)
		}
		if err != nil {
			failures = append(failures, fmt.Errorf("inbox of %s: %w", partner.Name, err))
		}
	}
	results, err := p.ingestAll(ctx, taken, period, func(f fetchedFile) error { return p.leaveInbox(ctx, f) })
	return results, errors.Join(append(failures, err)...)
}

// Receive takes everything that lies in a partner's inbox. Two polls decide that a file no longer
// grows; the caller's schedule makes the later ones.
func (p *Pipeline) Receive(ctx context.Context, partner Partner, period housing.Period) ([]FileResult, error) {
	var watch remote.Watch
	if _, err := partner.Inbox.Ready(ctx, &watch); err != nil {
		return nil, fmt.Errorf("look into the inbox: %w", err)
	}
	return p.Poll(ctx, partner, &watch, period)
}

// Poll takes the files that are as they were when the watch last looked. An original goes only after
// its rows are committed; a file that cannot be fetched stays where it is.
func (p *Pipeline) Poll(ctx context.Context, partner Partner, watch *remote.Watch, period housing.Period) ([]FileResult, error) {
	taken, failure := p.fetch(ctx, partner, watch)
	results, err := p.ingestAll(ctx, taken, period, func(f fetchedFile) error { return p.leaveInbox(ctx, f) })
	return results, errors.Join(failure, err)
}

// fetch brings the files of an inbox that no longer grow into the archive.
func (p *Pipeline) fetch(ctx context.Context, partner Partner, watch *remote.Watch) (taken []fetchedFile, err error) {
	entries, err := partner.Inbox.Ready(ctx, watch)
	if err != nil {
		return nil, fmt.Errorf("look into the inbox: %w", err)
	}
	var failures []error
	for _, entry := range entries {
		a, fetched, err := p.archiveRemote(ctx, partner, entry)
		if errors.Is(err, remote.ErrChanged) {
			continue // still being written: a later poll takes it
		}
		if err != nil {
			failures = append(failures, err)
			continue
		}
		taken = append(taken, fetchedFile{archived: a, fetched: fetched, inbox: partner.Inbox})
	}
	return taken, errors.Join(failures...)
}

// leaveInbox removes the original of a file that is in.
func (p *Pipeline) leaveInbox(ctx context.Context, f fetchedFile) error {
	if err := f.inbox.Done(ctx, f.fetched); err != nil && !errors.Is(err, remote.ErrChanged) {
		return fmt.Errorf("remove the original of %s: %w", f.Name, err)
	}
	return p.Store.LeftInbox(ctx, p.Organisation.ID, f.Partner, f.Name)
}

// ImportFiles takes files named on the command line. The originals stay. One that cannot be read does
// not stop the others.
func (p *Pipeline) ImportFiles(ctx context.Context, partner string, paths []string, period housing.Period) ([]FileResult, error) {
	var taken []fetchedFile
	var failures []error
	for _, path := range paths {
		a, err := p.archiveLocal(partner, path)
		if err != nil {
			failures = append(failures, err)
			continue
		}
		taken = append(taken, fetchedFile{archived: a, trusted: true})
	}
	results, err := p.ingestAll(ctx, taken, period, func(fetchedFile) error { return nil })
	return results, errors.Join(append(failures, err)...)
}
