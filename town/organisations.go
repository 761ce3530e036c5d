package town

import "github.com/kvitok-gkh/kvitok/housing"

// Organisations are the legal persons of the town, with complete bank details whose check digits
// hold although none of them exists.
type Organisations struct {
	Issuer housing.Organisation // the management company
	Fund   housing.Organisation // the capital repair fund: a payee of its own
}

// Organisations returns the organisations that the configuration must name before the town's files
// can be taken in.
func (t *Town) Organisations() Organisations { return t.organisations }

// Payees lists the organisations paid besides the issuer.
func (o Organisations) Payees() []housing.Organisation { return []housing.Organisation{o.Fund} }

func organisations() Organisations {
	const issuerBIC, fundBIC = "049900731", "049900845"
	return Organisations{
		Issuer: housing.Organisation{
			INN: inn("990017345"), KPP: "990001001",
			Name:      "Общество с ограниченной ответственностью Управляющая компания «Примерский дом»",
			ShortName: "ООО УК «Примерский дом»",
			Address:   "000100, г. Примерск, ул. Ратушная, д. 1",
			Phone:     "+7 (000) 220-10-10", Email: "info@primdom.example", Site: "primdom.example",
			Bank: housing.Bank{
				Account: accountKey("407028107000000", "00777", issuerBIC[6:]), Name: "АО «Примерскбанк», г. Примерск",
				BIC: issuerBIC, CorrAccount: accountKey("301018100000000", "00731", "0"+issuerBIC[4:6]),
			},
		},
		Fund: housing.Organisation{
			INN: inn("990018211"), KPP: "990001001",
			Name:      "Фонд капитального ремонта многоквартирных домов Примерской области",
			ShortName: "Фонд капремонта Примерской области",
			Address:   "000100, г. Примерск, пл. Соборная, д. 3",
			Phone:     "+7 (000) 220-30-30", Email: "fond@kapremont.example", Site: "kapremont.example",
			Bank: housing.Bank{
				Account: accountKey("406038102000000", "00015", fundBIC[6:]), Name: "Примерское отделение ПАО «Сбережения»",
				BIC: fundBIC, CorrAccount: accountKey("301018102000000", "00845", "0"+fundBIC[4:6]),
			},
		},
	}
}

// inn adds the check digit to nine digits.
func inn(nine string) string {
	sum := 0
	for i, weight := range []int{2, 4, 10, 3, 5, 9, 4, 6, 8} {
		sum += weight * int(nine[i]-'0')
	}
	return nine + string(rune('0'+sum%11%10))
}

// accountKey puts the key digit into the ninth place of a bank account (Положение Банка России
// № 515): the weighted sum of the bank's three digits and the account ends in zero.
func accountKey(head, tail, bank string) string {
	digits := []byte(head + tail)
	const place = 8
	digits[place] = '0'
	sum := 0
	for i, c := range append([]byte(bank), digits...) {
		sum += []int{7, 1, 3}[i%3] * int(c-'0') % 10
	}
	digits[place] = byte('0' + sum*3%10) // its weight is 3, and 3 × 3 + 1 ends in zero
	return string(digits)
}
