// Package subsidies computes the subsidy for paying for housing and utilities (ЖК РФ, ст. 159; ПП РФ № 761) of a
// family in a month, as a pure function: what a resident who asks is shown, and what a decision of the authority of
// social protection is compared with.
//
// It owns the formula, its limits and how it is explained. It does not own the decision (the authority grants a
// subsidy from incomes that it checks itself), what a granted one does to a receipt (package charging), the numbers
// of the law (package parameters) nor the standards of the region, which come with the case. No clock, no I/O.
//
// How it counts:
//
//	C = ССЖКУ × n − Д × МДД / 100                where the income per head is the subsistence level or more
//	C = ССЖКУ × n − Д × МДД / 100 × СДД / ПМ     where it is less
//
// It is rounded once, half-up, to the kopeck; never negative, never above what was charged.
package subsidies
