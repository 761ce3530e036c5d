// Package benefits owns the inbound formats of exchange with authorities of social protection
// (соцзащита): requests on people and what is granted to them. It does not own who a person is
// (matching), nor what a grant does to a receipt (pipeline).
package benefits
