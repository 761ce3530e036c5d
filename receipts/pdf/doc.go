// Package pdf writes PDF files page by page: text in two embedded faces, lines, grey and coloured areas,
// pictures. It owns the bytes of the file; it does not own what stands on a page nor where lines break.
//
// gopdf embeds the faces, once a program: what it wrote of them is put into every file as it is. The pages
// themselves are written here, because a month is a million of them and they differ only in their text:
// written letter by letter through gopdf they took five times as long (see BenchmarkBook in receipts).
//
// Equal calls give equal bytes: no clock, no random identifier.
package pdf
