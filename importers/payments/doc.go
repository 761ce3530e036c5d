// Package payments owns the inbound formats of accepted payments. It does not own which account a
// payment belongs to, nor how it is spread over services (pipeline). A registry that does not agree
// with its own control totals is refused here, as a whole.
package payments
