// Package statements owns the inbound formats of bank statements: balances of the organisation's own
// accounts and the documents behind them. It does not own what a document pays for: registries of
// payments are reconciled with documents by the pipeline.
package statements
