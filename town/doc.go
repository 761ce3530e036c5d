// Package town makes Примерск, a town that does not exist, and one settlement month of it: the files
// its office, its supplier and its bank would send, the messages of its meters, and what must come of
// them. `kvitok demo`, `kvitok bench` and end-to-end tests run on it.
//
// It owns the invention only: people, houses, meters, debts, and the mistakes made on purpose. It does
// not own the formats (importers does; the tests here prove every file by them) nor what happens to
// a file. The same Config gives the same bytes; nothing is kept in memory but the houses, so that
// 100,000 accounts cost no more than 1000.
package town
