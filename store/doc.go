// Package store owns PostgreSQL: the schema with its migrations, the queries by subject, and
// transactions. It knows the vocabulary (housing) only; it holds no rules of the business and does
// not decide when anything happens.
//
// A charge run lives on few things here: facts are read by spans of neighbouring ids (spans.go), in binary
// form (factrows.go), by one query for some houses; lines are copied in binary form, plain ones without
// the columns that have defaults (chargerows.go), into a month that gets its key when nearly all are there
// (monthkey.go). 50,000 accounts (501,450 lines) take 85 µs of processor time an account, that of PostgreSQL 15
// (45 µs) included, on 2 virtual cores of an Intel Xeon with a load of twelve: the median of five runs of
// kvitok charge, by turns with the state before whole months of plain lines, single spans, kept sources and
// plans, lines kept once (charging) and batches of 3000, which took 100 µs (the ratio of pairs is 0.88).
//
// A query is a method of Queries, so it runs alike on the pool (Store) and in a transaction (Tx).
package store
