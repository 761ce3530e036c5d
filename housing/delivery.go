package housing

import "time"

// DeliveryWish is how the payer of an account wants to get payment documents.
type DeliveryWish string

// The wishes.
const (
	OnPaper        DeliveryWish = "paper"
	ByEmail        DeliveryWish = "email" // and no paper
	ByEmailOnPaper DeliveryWish = "both"
)

// Confirmation is how an office knows that an address is the payer's.
type Confirmation string

// The ways to confirm an address.
const (
	ConfirmedByOffice Confirmation = "office" // shown or written down at the office
	ConfirmedByReply  Confirmation = "reply"  // a letter sent there was answered
)

// DeliveryEntry is where the documents of an account go. Letters go only to an address that is confirmed,
// and only with the payer's consent.
type DeliveryEntry struct {
	OfAccount
	Wish        DeliveryWish `json:"wish"`
	Email       string       `json:"email,omitzero"` // lower case
	Confirmed   Date         `json:"confirmed,omitzero"`
	ConfirmedBy Confirmation `json:"confirmed_by,omitzero"`
	Consented   Date         `json:"consented,omitzero"` // to paperless delivery
	Document    string       `json:"document,omitzero"`
	Source      Source       `json:"source,omitzero"`
}

// LetterState is how far a letter with a payment document is.
type LetterState string

// The states of a letter.
const (
	LetterQueued       LetterState = "queued"
	LetterDeferred     LetterState = "deferred"     // 4xx: tried again later
	LetterSent         LetterState = "sent"         // taken by the mail server
	LetterRefused      LetterState = "refused"      // 5xx, or deferred for too long
	LetterBounced      LetterState = "bounced"      // came back after it was sent
	LetterUnsubscribed LetterState = "unsubscribed" // not sent: the address wants none
	LetterWithdrawn    LetterState = "withdrawn"    // not sent: the document was replaced, or the wish changed
)

// Russian is the state as accountants read it.
func (s LetterState) Russian() string {
	switch s {
	case LetterQueued:
		return "в очереди"
	case LetterDeferred:
		return "отложено сервером"
	case LetterSent:
		return "отправлено"
	case LetterRefused:
		return "не принято"
	case LetterBounced:
		return "вернулось"
	case LetterUnsubscribed:
		return "отписался"
	case LetterWithdrawn:
		return "отменено"
	}
	return string(s)
}

// Failed reports whether the payer has got nothing, so that paper is due.
func (s LetterState) Failed() bool {
	return s == LetterRefused || s == LetterBounced || s == LetterUnsubscribed
}

// Russian is the wish as accountants write and read it.
func (w DeliveryWish) Russian() string {
	switch w {
	case OnPaper:
		return "бумага"
	case ByEmail:
		return "e-mail"
	case ByEmailOnPaper:
		return "e-mail и бумага"
	}
	return string(w)
}

// DocumentDelivery is how a version of a payment document was delivered, and by which letter.
type DocumentDelivery struct {
	IssuedReceipt
	Wish     DeliveryWish
	Email    string      // of the letter, "" where none was queued
	State    LetterState // of the letter
	Attempts int
	Unknown  int // attempts whose outcome nobody knows
	SentAt   *time.Time
	Answer   string // of the mail server
	Token    string // of the Message-ID
	NoPaper  bool   // the print file of the house leaves it out
}
