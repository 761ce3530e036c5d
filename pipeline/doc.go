// Package pipeline is what happens in a month: files and messages come in (ingest.go, readings.go),
// residents are matched (match.go), houses are charged (charge.go), payments distributed and the
// ledger drawn up (ledger.go), payment documents issued (issue.go), reports and registries given
// out (publish.go, deliver.go). month.go reads top-down in one screen; one file a step.
//
// It owns the order of the steps and brings importers, exporters, receipts and store together. It
// does not own byte formats, SQL, drawing, the rules of money (charging) and of matching
// (matching), nor when anything happens (schedules).
//
// Every step may be killed at any moment and run again: what is due stands in the database as
// unique rows, and a step done twice changes nothing the second time.
package pipeline
