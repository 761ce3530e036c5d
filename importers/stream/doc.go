// Package stream is the Kafka side of the importers: it brings messages of a topic to a handler in
// batches, and what the handler cannot use to a dead-letter topic.
//
// It owns the consumer group, the order "transaction, dead letters, offsets", the reading of the
// telemetry message (ReadingsDecoder) and a small batching producer. It does not own what happens
// to a reading: the Handler is given by the caller, who alone knows the store.
//
// The life of a batch:
//
//	fetch ──> collect (BatchSize or BatchWait) ──> Handler.Handle: ONE transaction of the caller
//	                                                  │ error: nothing was written, the same batch again
//	                                                  ▼
//	                                 dead messages ──> dead-letter topic
//	                                                  │ error: again; offsets stay where they are
//	                                                  ▼
//	                                          offsets committed, within the generation
//
// Whatever dies, and wherever: an offset is committed only after the transaction and the dead
// letters, so nothing is lost; a batch may come a second time, to this member or another, so the
// Handler is idempotent (a unique key decides) and answers Unchanged. A dead letter may be written
// twice; its key "topic-partition-offset" is the same both times.
//
// A generation is one assignment of partitions to the members of the group. All that a generation
// fetched and did not commit is thrown away when it ends, and commits carry its number, so a
// member that lost a partition cannot move its offset.
package stream
