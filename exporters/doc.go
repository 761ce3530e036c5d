// Package exporters turns the vocabulary into files for others: Excel reports for the accountant,
// registries for payment agents, protocols for the senders of files, the operator's matching
// workbook.
//
// It owns the shape of what leaves: columns, encodings, file names, print set-up, control sums. Its
// subfolders own one kind of file each; this folder holds what they share, the encodings of text
// files. It does not own which rows leave (pipeline), where files go (remote), any table (store), or
// receipts.
package exporters
