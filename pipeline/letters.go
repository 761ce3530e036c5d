package pipeline

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/kvitok-gkh/kvitok/exporters/letters"
	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/remote/mail"
	"github.com/kvitok-gkh/kvitok/store"
)

// Letters is how payment documents go out by e-mail. Mailer and Returns are owned by the caller.
type Letters struct {
	Mailer  *mail.Mailer
	Returns *mail.Returns // nil: nobody reads what comes back
	Words   *letters.Letters
	Limits  LetterLimits

	UnsubscribeTo  string // address that wishes to get no more letters are written to; "" for none
	UnsubscribeURL string // "https://…/{token}", which takes a POST; "" for none
	PaperForAll    bool   // print files have the documents of those too who chose e-mail alone
	AfterIssue     bool   // a run of the month queues the letters of what it issued
}

// LetterLimits bound how letters are sent.
type LetterLimits struct {
	PerMinute       int           // of all letters
	PerMinuteDomain int           // of letters to one domain
	FirstRetry      time.Duration // after the first 4xx; each wait is twice the one before
	MostRetry       time.Duration // no wait is longer
	GiveUp          time.Duration // after so long a deferred letter is refused
	Bounces         int           // so many letters in a row that come back end an address
}

// DefaultLetterLimits are careful ones: large providers greylist or block a sender who begins faster.
func DefaultLetterLimits() LetterLimits {
	return LetterLimits{
		PerMinute: 60, PerMinuteDomain: 20, FirstRetry: 15 * time.Minute, MostRetry: 6 * time.Hour, GiveUp: 72 * time.Hour, Bounces: 3,
	}
}

// LettersResult is what was done with letters.
type LettersResult struct {
	Queued   int  `json:"queued"`
	Sent     int  `json:"sent"`
	Repeated int  `json:"repeated"` // of those sent: may have arrived before, by an attempt that was killed
	Deferred int  `json:"deferred"`
	Refused  int  `json:"refused"`
	Dropped  int  `json:"dropped"` // withdrawn or unsubscribed
	Waiting  int  `json:"waiting"` // for their turn or for their next try
	Throttle bool `json:"throttle"`
}

// ErrNoLetters says that no mail is configured.
var ErrNoLetters = errors.New("letters are not configured: section letters of the configuration")

// QueueLetters queues a letter for each document of a month that stands, to a confirmed address. Doing it again queues what is new.
func (p *Pipeline) QueueLetters(ctx context.Context, period housing.Period) (int, error) {
	if p.Letters == nil {
		return 0, ErrNoLetters
	}
	queued, err := p.Store.QueueLetters(ctx, p.Organisation.ID, period, p.Now())
	if err == nil && queued > 0 {
		p.Log.LogAttrs(ctx, slog.LevelInfo, "letters queued", slog.String("period", period.String()), slog.Int("letters", queued))
	}
	return queued, err
}

// lettersStep queues the letters of a month where that is wanted; they are sent as the limits allow, by SendLetters.
func (p *Pipeline) lettersStep(ctx context.Context, period housing.Period, s *Summary) (int, error) {
	if p.Letters == nil || !p.Letters.AfterIssue {
		return 0, nil
	}
	var err error
	s.Letters, err = p.QueueLetters(ctx, period)
	return s.Letters, err
}

// SendLetters sends what is due and what the limits of a minute allow, and returns; Throttle says that there is more. Any number of
// processes may do it at once: a letter is locked while it is sent, the limits are of all of them together.
//
// A letter is noted as being sent before the server is spoken to. Killed in between, it goes out again, under the same Message-ID,
// and is counted as repeated: mail that arrived twice is never told as once, and none is lost.
func (p *Pipeline) SendLetters(ctx context.Context) (result LettersResult, err error) {
	if p.Letters == nil {
		return result, ErrNoLetters
	}
	for {
		full, notTo, err := p.throttled(ctx)
		if err != nil {
			return result, err
		}
		if full {
			result.Throttle = true
			break
		}
		err = p.sendNext(ctx, notTo, &result)
		if errors.Is(err, store.ErrNotFound) {
			result.Throttle = len(notTo) > 0
			break
		}
		if err != nil {
			return result, err
		}
	}
	states, err := p.Store.LetterStates(ctx, p.Organisation.ID, 0)
	result.Waiting = states[housing.LetterQueued] + states[housing.LetterDeferred]
	result.Throttle = result.Throttle && result.Waiting > 0
	return result, err
}

// throttled tells whether the last minute is full, and the domains whose part of it is.
func (p *Pipeline) throttled(ctx context.Context) (full bool, notTo []string, err error) {
	all, byDomain, err := p.Store.LetterRates(ctx, p.Now().Add(-time.Minute))
	if err != nil {
		return false, nil, err
	}
	limits := p.Letters.Limits
	for domain, count := range byDomain {
		if limits.PerMinuteDomain > 0 && count >= limits.PerMinuteDomain {
			notTo = append(notTo, domain)
		}
	}
	slices.Sort(notTo)
	return limits.PerMinute > 0 && all >= limits.PerMinute, notTo, nil
}

// sendNext sends one letter while it holds the lock on its row.
func (p *Pipeline) sendNext(ctx context.Context, notTo []string, result *LettersResult) error {
	var trouble error
	err := p.Store.InTx(ctx, func(ctx context.Context, tx *store.Tx) error {
		l, err := tx.TakeLetter(ctx, p.Organisation.ID, p.Now(), notTo)
		if err != nil {
			return err
		}
		if dropped := p.dropped(l); dropped.State != "" {
			result.Dropped++
			return tx.EndLetter(ctx, l.ID, dropped)
		}
		message, err := p.message(ctx, l)
		if err != nil {
			return err
		}
		// On a connection of its own: what the transaction writes is gone when we are killed.
		attempt, unknown, err := p.Store.BeginAttempt(ctx, l, p.Now())
		if err != nil {
			return err
		}
		if unknown > 0 {
			p.Log.LogAttrs(ctx, slog.LevelWarn, "a letter may arrive twice: the attempt before was cut off", slog.Int64("letter", l.ID))
		}
		end, err := p.attempt(ctx, l, message)
		if ctx.Err() != nil {
			return err // as if killed
		}
		trouble = err
		end.Attempt, end.At, end.Unknown = attempt, p.Now(), end.Unknown+unknown
		result.count(end, unknown)
		return tx.EndLetter(ctx, l.ID, end)
	})
	return errors.Join(err, trouble)
}

func (r *LettersResult) count(end store.LetterEnd, unknown int) {
	switch end.Outcome {
	case attemptSent:
		r.Sent++
		if unknown > 0 {
			r.Repeated++
		}
	case attemptDeferred:
		r.Deferred++
	case attemptRefused:
		r.Refused++
	}
}

// How an attempt ends.
const (
	attemptSent     = "sent"
	attemptDeferred = "deferred"
	attemptRefused  = "refused"
	attemptUnknown  = "unknown" // the connection was lost before the last answer
	attemptTrouble  = "trouble" // of the server or its settings: no fault of the letter
)

// dropped says what becomes of a letter that is not to be sent any more; no state where it is.
func (p *Pipeline) dropped(l store.Letter) store.LetterEnd {
	end := store.LetterEnd{At: p.Now()}
	switch {
	case l.Stands && l.Wanted:
	case l.Stands && l.Stopped == "unsubscribed":
		end.State = housing.LetterUnsubscribed
	case l.Stands && l.Stopped != "":
		end.State, end.Answer = housing.LetterRefused, "прежнее письмо на этот адрес не принято или вернулось"
	default:
		end.State = housing.LetterWithdrawn
	}
	return end
}

// attempt speaks to the server once. The error is trouble that hits all letters alike.
func (p *Pipeline) attempt(ctx context.Context, l store.Letter, message mail.Message) (store.LetterEnd, error) {
	err := p.Letters.Mailer.Send(ctx, message)
	if err == nil {
		return store.LetterEnd{State: housing.LetterSent, Outcome: attemptSent}, nil
	}
	retry := p.Now().Add(p.retryAfter(l.Attempts))
	refused, ofLetter := errors.AsType[*mail.RefusedError](err)
	switch {
	case errors.Is(err, mail.ErrUnknownOutcome):
		return store.LetterEnd{State: housing.LetterDeferred, Outcome: attemptUnknown, Unknown: 1, RetryAt: retry}, err
	case !ofLetter:
		return store.LetterEnd{State: housing.LetterQueued, Outcome: attemptTrouble, Spared: true}, err
	}
	end := store.LetterEnd{Code: refused.Status(), Answer: refused.Text}
	if refused.Later && p.Now().Sub(l.QueuedAt) < p.Letters.Limits.GiveUp {
		end.State, end.Outcome, end.RetryAt = housing.LetterDeferred, attemptDeferred, retry
	} else {
		end.State, end.Outcome = housing.LetterRefused, attemptRefused
	}
	// No text of the server: it names people.
	p.Log.LogAttrs(ctx, slog.LevelWarn, "letter not taken", slog.Int64("letter", l.ID), slog.String("status", refused.Status()),
		slog.String("outcome", end.Outcome))
	if !refused.NoSuchAddress() {
		return end, nil
	}
	return end, p.Store.StopLetters(ctx, p.Organisation.ID, store.LetterStop{
		Email: l.Email, Reason: "refused", On: p.today(), Answer: refused.Status() + " " + refused.Text,
	})
}

func (p *Pipeline) retryAfter(attempts int) time.Duration {
	limits := p.Letters.Limits
	wait := limits.FirstRetry
	for range min(attempts, 30) { //nolint:mnd // past any wait
		if wait *= 2; wait >= limits.MostRetry {
			return limits.MostRetry
		}
	}
	return min(wait, limits.MostRetry)
}

func (p *Pipeline) today() housing.Date { return housing.DateOf(p.Now().In(p.Limits.Zone)) }

// message draws the document of a letter and writes the words around it.
func (p *Pipeline) message(ctx context.Context, l store.Letter) (mail.Message, error) {
	versions, err := p.Store.VersionsOfAccount(ctx, p.Organisation.ID, l.Account, l.Period)
	if err != nil {
		return mail.Message{}, err
	}
	at := slices.IndexFunc(versions, func(v store.DocumentVersion) bool { return v.Version == l.Version })
	if at < 0 {
		return mail.Message{}, fmt.Errorf("version %d of a document for %s: %w", l.Version, l.Period, store.ErrNotFound)
	}
	d, err := p.issuedDocument(ctx, versions[at])
	if err != nil {
		return mail.Message{}, err
	}
	var pdf bytes.Buffer
	if err := p.Printer.Single(&pdf, d); err != nil {
		return mail.Message{}, fmt.Errorf("draw the document of letter %d: %w", l.ID, err)
	}
	spoken := letters.Of(d)
	spoken.Corrected = l.Earlier
	ways, oneClick := p.unsubscribing(l.Token)
	if len(ways) > 0 {
		spoken.Unsubscribe = ways[len(ways)-1]
	}
	words, err := p.Letters.Words.Write(spoken)
	if err != nil {
		return mail.Message{}, err
	}
	return mail.Message{
		To: l.Email, ID: l.Token + "@" + p.Letters.Mailer.Domain(), Date: l.QueuedAt, Subject: words.Subject, Text: words.Text, HTML: words.HTML,
		File:        mail.File{Name: spoken.Attachment, Type: "application/pdf", Content: pdf.Bytes()},
		Unsubscribe: ways, OneClick: oneClick,
	}, nil
}
