// Package payments owns the inbound formats of accepted payments that no profile can express. It does not
// own which account a payment belongs to, nor how it is spread over services (pipeline).
package payments
