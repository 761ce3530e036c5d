// Package correcting computes what a fact that arrived late comes to in a month that is closed: the
// snapshot that was issued is taken as it is, the facts that changed since are put over it one cause after
// another, and the difference of each step is a correction line. The lines of a month add up to the
// kopeck to the month computed anew less the month as it was.
//
// It owns which differences of two snapshots are late facts, the split by cause, which accounts a fact
// concerns, and how a reading measures months charged without one. It does not own the rules of money
// (the caller gives the calculation), what is stored, nor in which month anything is booked. It is a pure
// function: no clock, no I/O.
//
// Only facts are taken over. Parameters, names, and what the month knew of earlier months stay as they were
// in the snapshot, except volumes of earlier months that were corrected themselves.
package correcting
