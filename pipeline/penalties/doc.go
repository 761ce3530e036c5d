// Package penalties computes what is owed for paying late (пени, ЖК РФ, ст. 155 ч. 14, 14.1) as a pure
// function: claims with their payments go in, the days, rates, shares and kopecks come out, day table
// included.
//
// It owns the counting of days, the choice of the rate, moratoria and the one rounding of a claim. It
// does not own which payment paid which month (package pipeline, the ledger), the numbers of the law
// (package parameters) or the balance that a penalty is added to. No clock, no I/O.
//
// How it counts:
//
//   - Every month's charge of a payee is a claim of its own. Day k is the k-th day after the last day to
//     pay; the day of payment counts as late (penalty.balance_falls). Days 1 to 30 are free, days 31 to 90
//     bear 1/300 of the rate a day, later ones 1/130; capital repair bears 1/300 from day 31 on.
//   - The part of a claim that was paid on a day bears the rate of that day for its whole delay; what is
//     not paid yet bears the rate of the day of the calculation. The rate is the key rate, at most the cap.
//   - A claim is computed anew each time, from its first day. What was charged before is subtracted by the
//     caller, so that a corrected charge or a falling rate comes out as a difference, not as a rewrite.
//   - A claim is rounded once, half-up, to the kopeck; rows of its table are differences of rounded running
//     totals, so that they add up to it.
package penalties
