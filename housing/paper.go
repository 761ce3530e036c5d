package housing

// Instalment (рассрочка, Правила 354 п. 72) is one payment of an agreed schedule: what of the debt is to be
// paid with a month's document, and the interest for it. The ledger does not know it.
type Instalment struct {
	Document string  `json:"document"` // the agreement
	Payment  Money   `json:"payment"`  // of the debt, with the document of the month
	Interest Money   `json:"interest"`
	Rate     Decimal `json:"rate,omitzero"` // a year, per cent
	Left     Money   `json:"left"`          // of the debt after this payment
}

// InstalmentEntry is a payment of a schedule with its account and month.
type InstalmentEntry struct {
	OfAccount
	Period Period `json:"period"`
	Instalment
	Source Source `json:"source,omitzero"`
}

// PostalAddressEntry is where the documents of an account are sent; without an address to its premises.
type PostalAddressEntry struct {
	OfAccount
	Address     string `json:"address,omitzero"`
	PostalIndex string `json:"postal_index,omitzero"` // of the address, or of the premises where there is none
	Source      Source `json:"source,omitzero"`
}

// PostalIndexEntry is the postal index of a house.
type PostalIndexEntry struct {
	OfHouse
	PostalIndex string `json:"postal_index"`
	Source      Source `json:"source,omitzero"`
}

// HouseExpense is money spent on a house: by article (статья расходов), month and document.
type HouseExpense struct {
	OfHouse
	Period   Period `json:"period"`
	Article  string `json:"article"`
	Amount   Money  `json:"amount"`
	Document string `json:"document,omitzero"`
	Source   Source `json:"source,omitzero"`
}
