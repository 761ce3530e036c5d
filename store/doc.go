// Package store owns PostgreSQL: the schema with its migrations, the queries by subject, and
// transactions. It knows the vocabulary (housing) only; it holds no rules of the business and does
// not decide when anything happens.
//
// A query is a method of Queries, so it runs alike on the pool (Store) and in a transaction (Tx).
package store
