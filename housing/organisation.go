package housing

// Organisation is a legal person: the issuer of receipts (a management company, a settlement
// centre) or a payee (a supplier, a capital repair fund). INN identifies it everywhere.
type Organisation struct {
	ID        int64  `json:"id,omitzero"`
	INN       string `json:"inn"` // 10 or 12 digits
	KPP       string `json:"kpp,omitzero"`
	Name      string `json:"name"`
	ShortName string `json:"short_name,omitzero"`
	Address   string `json:"address,omitzero"`
	Phone     string `json:"phone,omitzero"`
	Email     string `json:"email,omitzero"`
	Site      string `json:"site,omitzero"`
	Bank      Bank   `json:"bank,omitzero"`
}

// Bank is where an organisation takes payments.
type Bank struct {
	Account     string `json:"account"`      // расчётный счёт, 20 digits
	Name        string `json:"name"`         // bank
	BIC         string `json:"bic"`          // 9 digits
	CorrAccount string `json:"corr_account"` // 20 digits
}

// Complete reports whether a resident could pay by these details.
func (b Bank) Complete() bool {
	return len(b.Account) == 20 && len(b.BIC) == 9 && len(b.CorrAccount) == 20 && b.Name != ""
}

// Title returns the short name where there is one.
func (o Organisation) Title() string {
	if o.ShortName != "" {
		return o.ShortName
	}
	return o.Name
}
