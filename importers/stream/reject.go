package stream

import "errors"

// Codes of messages that go to the dead-letter topic.
const (
	CodeTooBig          = "too_big"          // longer than the limit
	CodeNotJSON         = "not_json"         // not JSON, not UTF-8, nested too deep, text behind the object
	CodeWrongShape      = "wrong_shape"      // a field of a wrong type
	CodeMissingField    = "missing_field"    // a field that must be there is not
	CodeBadText         = "bad_text"         // a text too long or with control characters
	CodeBadTime         = "bad_time"         // not RFC 3339 with a zone, or an impossible year
	CodeBadChannel      = "bad_channel"      // neither a number nor T1 to T9
	CodeBadValue        = "bad_value"        // not a decimal of the meter's dial
	CodeWrongUnit       = "wrong_unit"       // not the unit of the resource
	CodeUnknownResource = "unknown_resource" // a resource that Kvitok does not read
	CodeTooMany         = "too_many"         // more readings than one message may hold
	CodeRepeated        = "repeated"         // two readings of one channel and time in one message
)

// RejectError says why a message can never be used.
type RejectError struct {
	// Code is for programs, Field the path of the field, Reason for a person, in Russian.
	Code   string
	Field  string
	Reason string
}

// Error gives the reason in English for the log; it holds no value of the message.
func (e *RejectError) Error() string {
	return "message refused: " + e.Code + " " + e.Field
}

// Verdict is the dead verdict with this reason.
func (e *RejectError) Verdict() Verdict { return Bury(e.Code, e.Reason) }

// VerdictOf gives the verdict for an error of DecodeReadings. False says that the error is not
// about the message: the handler must then return it.
func VerdictOf(err error) (Verdict, bool) {
	reject, ok := errors.AsType[*RejectError](err)
	if !ok {
		return Verdict{}, false
	}
	return reject.Verdict(), true
}
