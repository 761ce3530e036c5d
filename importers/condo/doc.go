// Package condo owns the import tables of the Doma platform (open-condo-software/condo): meters, house
// meters, contacts, properties and receipts. Offices that have them filled in already send them as they
// are. Columns are found by their names, Russian or English, wherever they stand; those that are not read
// are passed over. It does not own what becomes of a row (pipeline).
//
// Dates are ДД.ММ.ГГГГ, ГГГГ-ММ-ДД or native dates of Excel, nothing else. Source: importers and example
// files of open-condo-software/condo, MIT.
package condo
