// Package pgp seals files for a partner and opens what he sealed, by OpenPGP.
//
// It owns the keys of one partner's exchange (our private key, his public one pinned by its fingerprint), what of a message is believed, and
// the reasons in Russian that a sender reads when his file cannot be opened. It does not own when a file is sealed or opened, where sealed
// and opened copies are kept, or what is in them: those belong to the pipeline.
package pgp
