package housing

// StatedDebt is what another office says an account owes: a row of its debt registry. It is kept to be
// compared with our own balance; it moves no money.
type StatedDebt struct {
	Account string `json:"account"` // as it came
	Unified string `json:"unified,omitzero"`
	FIAS    string `json:"fias,omitzero"` // GUID of the house and the flat, as it came
	Payer   string `json:"payer,omitzero"`
	Address string `json:"address,omitzero"`
	Period  Period `json:"period,omitzero"`
	Amount  Money  `json:"amount"` // negative: advance
	Source  Source `json:"source,omitzero"`
}

// StatedCharge is what a supplier says it has charged an account for a service in a month.
type StatedCharge struct {
	Account string  `json:"account"` // the supplier's own number
	Address string  `json:"address,omitzero"`
	Key     string  `json:"-"` // normalised address of the house, with Flat and Room
	Flat    string  `json:"-"`
	Room    string  `json:"-"`
	Service Service `json:"service"`
	Period  Period  `json:"period"`
	Rate    Decimal `json:"rate,omitzero"`
	Volume  Decimal `json:"volume,omitzero"`
	Unit    string  `json:"unit,omitzero"`
	Amount  Money   `json:"amount"`
	Closing Money   `json:"closing,omitzero"` // balance after the month
	Source  Source  `json:"source,omitzero"`
}

// PaymentPack is what a bank says of the payments of one payment order, in a file of its own: the rows
// that come in another file are whole if they agree with it.
type PaymentPack struct {
	OrderNo   string `json:"order_no"`
	OrderDate Date   `json:"order_date"`
	Rows      int    `json:"rows"`
	Amount    Money  `json:"amount"`
	Loose     int    `json:"loose,omitzero"` // amounts with digits behind the kopecks: each may have been rounded either way
	Source    Source `json:"source,omitzero"`
}
