// Package housing is the vocabulary of Kvitok: money, decimals, dates and billing
// months; organisations, houses, premises, accounts, residents; services, tariffs,
// norms, meters, readings, payments; charges, balances and the payment document;
// and the Snapshot, the one input of the calculation.
//
// It owns what these words mean and which values of them are valid. It does not own
// files, tables, steps of a month, drawing or a clock: it does no I/O and imports no
// other folder of the module.
//
// Money is int64 kopecks, quantities and rates are exact decimals; binary floating
// point does not occur here. Business dates carry no time zone.
package housing
