// Package store owns PostgreSQL: the schema with its migrations, the queries by subject, and
// transactions. It knows the vocabulary (housing) only; it holds no rules of the business and does
// not decide when anything happens.
//
// A charge run lives on few things here: facts are read by spans of neighbouring ids (spans.go), in binary
// form (factrows.go), by one query for some houses; lines are copied in binary form, plain ones without
// the columns that have defaults (chargerows.go), into a month that gets its key afterwards (monthkey.go).
// 50,000 accounts (493,806 lines) take 102 to 159 µs of processor time an account, that of PostgreSQL 15
// included, on 2 vCPU AMD EPYC with a load of ten to twenty; run by turns with the state before spans and
// plain lines, a seventh less than that in the mean of five.
//
// A query is a method of Queries, so it runs alike on the pool (Store) and in a transaction (Tx).
package store
