package stream

import (
	"context"
	"time"
)

// Message is one record as it lies in the topic.
type Message struct {
	Topic     string
	Partition int
	Offset    int64
	Key       []byte
	Value     []byte
	Time      time.Time
}

// Outcome is how a message ended.
type Outcome int

const (
	// Accepted means that the message changed something.
	Accepted Outcome = iota + 1
	// Unchanged means that the same facts were there already.
	Unchanged
	// Dead means that the message can never be used; it goes to the dead-letter topic.
	Dead
)

// Verdict is the handler's answer for one message.
type Verdict struct {
	Outcome Outcome
	// Code names the reason of a dead message for programs: lower-case words with underscores.
	Code string
	// Reason says it to a person, in Russian.
	Reason string
}

// Accept is the verdict for a message that changed something.
func Accept() Verdict { return Verdict{Outcome: Accepted} }

// Same is the verdict for a message that told nothing new.
func Same() Verdict { return Verdict{Outcome: Unchanged} }

// Bury is the verdict for a message that can never be used: the code is for programs, the reason
// for a person, in Russian.
func Bury(code, reason string) Verdict {
	return Verdict{Outcome: Dead, Code: code, Reason: reason}
}

// Handler does the caller's work on a batch.
type Handler interface {
	// Handle treats the batch in one transaction and gives a verdict for each message, in the
	// order of the batch. The messages of one partition are in the order of their offsets.
	//
	// An error means that nothing was written: the same batch comes again after a pause, for as
	// long as it takes, so an error is for trouble that passes (the database is away). A message
	// that is wrong in itself is Dead, never an error. The same message may come again after
	// success; the second time the verdict is Unchanged, or Dead again.
	//
	// The context is not cancelled by a graceful stop, so that the batch in hand is finished; it
	// ends after Config.HandleTimeout. The slices belong to the consumer after the return.
	Handle(ctx context.Context, batch []Message) ([]Verdict, error)
}

// HandlerFunc makes a Handler of a function.
type HandlerFunc func(ctx context.Context, batch []Message) ([]Verdict, error)

// Handle calls f.
func (f HandlerFunc) Handle(ctx context.Context, batch []Message) ([]Verdict, error) {
	return f(ctx, batch)
}

// Stats counts what a consumer did since it was made. Repeats count each time.
type Stats struct {
	Batches   int64
	Messages  int64
	Accepted  int64
	Unchanged int64
	Dead      int64
	// Retries counts failed tries of the handler, of the dead-letter topic and of commits.
	Retries int64
	// Generations counts the assignments received: the first one, and one a rebalance.
	Generations int64
	// Lost counts messages that the brokers deleted (retention) before they were consumed.
	Lost int64
}

// BatchReport tells a hook about one batch whose offsets are committed.
type BatchReport struct {
	Accepted  int
	Unchanged int
	Dead      int
	Took      time.Duration
}

// Stage names where a retry happened.
type Stage string

// The stages of Hooks.Retry.
const (
	StageFetch       Stage = "fetch"
	StageHandle      Stage = "handle"
	StageDeadLetters Stage = "dead_letters"
	StageCommit      Stage = "commit"
	StageJoin        Stage = "join"
)

// Hooks let the caller keep metrics. Each may be nil. They are called from the consumer's
// goroutines and must return at once.
type Hooks struct {
	// Batch is called after the offsets of a batch were committed.
	Batch func(BatchReport)
	// Lag is called after a commit for each partition in the batch with the number of messages
	// that were waiting behind it when it was fetched. Consumer.Lag asks the brokers instead.
	Lag func(partition int, messages int64)
	// Assigned is called with the partitions of each new generation; an empty list is a member
	// without work.
	Assigned func(partitions []int)
	// Retry is called for each failed try.
	Retry func(stage Stage, err error)
}

func (h Hooks) batch(r BatchReport) {
	if h.Batch != nil {
		h.Batch(r)
	}
}

func (h Hooks) lag(partition int, messages int64) {
	if h.Lag != nil {
		h.Lag(partition, messages)
	}
}

func (h Hooks) assigned(partitions []int) {
	if h.Assigned != nil {
		h.Assigned(partitions)
	}
}

func (h Hooks) retry(stage Stage, err error) {
	if h.Retry != nil {
		h.Retry(stage, err)
	}
}
