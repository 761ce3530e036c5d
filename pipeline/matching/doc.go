// Package matching says which personal account a resident named in a registry belongs to.
//
// It owns the keys by which addresses, premises, account numbers and surnames are compared, the
// order of evidence and the reasons of every decision. It is pure: no clock, no I/O, no folder but
// housing. It does not own where claims come from, where decisions are stored, nor the operator's
// workbook.
package matching
