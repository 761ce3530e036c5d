package housing

// Statement is the выписка of an account: its months, oldest first.
type Statement struct {
	Issuer  Organisation   `json:"issuer"`
	House   string         `json:"house"`
	Account Account        `json:"account"`
	On      Date           `json:"on"` // last day of the last month
	Months  []AccountMonth `json:"months"`
	Mark    PaperMark      `json:"-"`
}

// Address returns the address of the premises in one line.
func (s *Statement) Address() string { return addressOf(s.House, s.Account.Premises) }

// DebtCertificate is what an account owes at the end of a month, by payee and service.
type DebtCertificate struct {
	Issuer  Organisation `json:"issuer"`
	House   string       `json:"house"`
	Account Account      `json:"account"`
	On      Date         `json:"on"`
	Lines   []DebtLine   `json:"lines"`
	Penalty Money        `json:"penalty"` // unpaid penalties within Total
	Total   Money        `json:"total"`   // negative: paid too much
	Mark    PaperMark    `json:"-"`
}

// DebtLine is one payee and service.
type DebtLine struct {
	Payee   string  `json:"payee"` // title
	Service Service `json:"service"`
	Penalty Money   `json:"penalty"`
	Closing Money   `json:"closing"`
}

// Address returns the address of the premises in one line.
func (c *DebtCertificate) Address() string { return addressOf(c.House, c.Account.Premises) }

func addressOf(house string, p Premises) string {
	if title := p.Title(); title != "" {
		return house + ", " + title
	}
	return house
}

// PaperMark is the number of a paper in the register of those handed out, and the code by which it is proved.
// The zero value is of a draft.
type PaperMark struct {
	Number    string
	CheckCode string
}

// Russian is the line that is printed on the paper.
func (m PaperMark) Russian() string {
	if m.Number == "" {
		return "Черновик: номера и кода проверки нет"
	}
	return "№ " + m.Number + " · код проверки " + m.CheckCode
}
