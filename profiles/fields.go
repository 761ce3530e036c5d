package profiles

// Field is a value of a fact that a column may fill.
type Field struct {
	Name string
	Type Type
	Sign Sign
}

// FieldsOf lists the fields of a subject.
func FieldsOf(s Subject) []Field {
	switch s {
	case Payments:
		return paymentFields()
	case Readings:
		return []Field{
			{"account", AccountType, AnySign},
			{"serial", SerialType, AnySign},
			{"code", TextType, AnySign},
			{"service", ServiceType, AnySign},
			{"zone", ZoneType, AnySign},
			{"on", DateType, AnySign},
			{"value", DecimalType, NotNegative},
		}
	case Debts:
		return []Field{
			{"account", AccountType, AnySign},
			{"unified", UnifiedType, AnySign},
			{"fias", TextType, AnySign},
			{"payer", TextType, AnySign},
			{"address", TextType, AnySign},
			{"on", DateType, AnySign},
			{"period", MonthType, AnySign},
			{"amount", MoneyType, AnyNumber},
		}
	case Charges:
		return []Field{
			{"account", AccountType, AnySign},
			{"address", TextType, AnySign},
			{"service", ServiceType, AnySign},
			{"on", DateType, AnySign},
			{"period", MonthType, AnySign},
			{"rate", DecimalType, NotNegative},
			{"volume", DecimalType, AnyNumber},
			{"unit", TextType, AnySign},
			{"amount", MoneyType, AnyNumber},
			{"closing", MoneyType, AnyNumber},
		}
	case Residents:
		return []Field{
			{"account", AccountType, AnySign},
			{"unified", UnifiedType, AnySign},
			{"full_name", TextType, AnySign},
			{"address", TextType, AnySign},
			{"phone", PhoneType, AnySign},
			{"email", EmailType, AnySign},
			{"share", ShareType, AnySign},
		}
	}
	return nil
}

func paymentFields() []Field {
	return []Field{
		{"key", TextType, AnySign},
		{"reverses", TextType, AnySign},
		{"account", AccountType, AnySign},
		{"payer", TextType, AnySign},
		{"address", TextType, AnySign},
		{"payee", INNType, AnySign},
		{"paid_on", DateType, AnySign},
		{"period", MonthType, AnySign},
		{"amount", MoneyType, Positive},
		{"transfer", MoneyType, NotNegative},
		{"fee", MoneyType, NotNegative},
		{"order_no", TextType, AnySign},
		{"order_date", DateType, AnySign},
	}
}

// GroupFields lists the fields of a block: a reading, or an amount that is only summed up.
func GroupFields() []Field {
	return append(FieldsOf(Readings), Field{"sum", MoneyType, AnyNumber})
}

// TotalFields lists what a line of totals may say beside counts and sums.
func TotalFields() []Field {
	return []Field{
		{"order_no", TextType, AnySign},
		{"order_date", DateType, AnySign},
		{"paid_on", DateType, AnySign},
		{"period", MonthType, AnySign},
		{"payee", INNType, AnySign},
		{"payee_account", DigitsType, AnySign},
		{"count", CountType, AnySign},
		{"amount", MoneyType, AnyNumber},
	}
}

// FieldNamed finds a field of a list.
func FieldNamed(list []Field, name string) (Field, bool) {
	for _, f := range list {
		if f.Name == name {
			return f, true
		}
	}
	return Field{}, false
}

// needed lists the fields without which a row of the subject is no fact.
func needed(s Subject) []string {
	switch s {
	case Payments:
		return []string{"account", "amount"}
	case Readings:
		return []string{"value"}
	case Debts:
		return []string{"account", "amount"}
	case Charges:
		return []string{"account", "amount"}
	case Residents:
		return []string{"full_name"}
	}
	return nil
}
