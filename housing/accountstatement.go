package housing

// Statement is the выписка of an account: its months, oldest first.
type Statement struct {
	Issuer  Organisation   `json:"issuer"`
	House   string         `json:"house"`
	Account Account        `json:"account"`
	On      Date           `json:"on"` // last day of the last month
	Months  []AccountMonth `json:"months"`
	Dues    Dues           `json:"dues"` // what the last closing balance is made of
	Mark    PaperMark      `json:"-"`
}

// Dues parts what is owed on a day by whether the last day to pay has passed.
type Dues struct {
	Overdue Money `json:"overdue"` // the last day to pay has passed; without penalties
	NotDue  Money `json:"not_due"` // it has not
	Penalty Money `json:"penalty"` // unpaid penalties
	PayBy   Date  `json:"pay_by"`  // the last day to pay what is not due
}

// Late is what can be demanded: overdue money and penalties.
func (d Dues) Late() Money { return d.Overdue + d.Penalty }

// Address returns the address of the premises in one line.
func (s *Statement) Address() string { return addressOf(s.House, s.Account.Premises) }

// DebtCertificate is what an account owes at the end of a month, by payee and service.
type DebtCertificate struct {
	Issuer  Organisation `json:"issuer"`
	House   string       `json:"house"`
	Account Account      `json:"account"`
	On      Date         `json:"on"`
	Lines   []DebtLine   `json:"lines"`
	Dues    Dues         `json:"dues"`  // of all lines
	Total   Money        `json:"total"` // negative: paid too much
	Mark    PaperMark    `json:"-"`
}

// DebtLine is one payee and service.
type DebtLine struct {
	Payee   string  `json:"payee"` // title
	Service Service `json:"service"`
	Dues    Dues    `json:"dues"`
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
