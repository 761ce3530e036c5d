package charging

// houseClause is act and clause of the rules of the house as a whole, where the snapshot has none.
func (c *calculation) houseClause(rule string) string {
	const soi = "ЖК РФ, ст. 156 ч. 9.1–9.3; Правила 491, п. 29"
	switch rule {
	case "H3":
		return "Правила 354, п. 42(1), приложение № 2, формулы 2, 2(1)"
	case "H5":
		return "Правила 354, п. 42(1), приложение № 2, формула 3, равномерно в течение года"
	case "H6":
		return "Правила 354, п. 42(1), приложение № 2, формула 3(1)"
	case "H7":
		return "Правила 354, п. 42(1), приложение № 2, формула 3(3)"
	case "H8":
		return "Правила 354, п. 42(1), приложение № 2, формула 3(4): корректировка за год"
	case "H9":
		return "Правила 354, п. 42(1), приложение № 2: распределители тепловой энергии"
	case "H10":
		return "Правила 354, п. 42(1), приложение № 2, формулы 3, 3(1): собственный источник тепловой энергии"
	case "H14":
		return "Правила 354, п. 59(1), 60(1)"
	case "R2.7.2":
		return "Правила 354, п. 38, приложение № 2, формулы 23, 24"
	case "R2.7.3":
		return "Правила 354, п. 54, приложение № 2, формула 20"
	case "R2.7.4":
		return "Правила 354, п. 54, приложение № 2, формула 18"
	case "R2.8.5":
		return soi
	case "R2.8.3", "R2.8.4", "R2.8.6", "R2.8.8":
		if c.odn() {
			return "Правила 354, п. 40, 44, приложение № 2, " + commonFormula(rule)
		}
		return soi + "; Правила 354, приложение № 2, " + commonFormula(rule)
	}
	return ""
}

func commonFormula(rule string) string {
	switch rule {
	case "R2.8.4":
		return "формулы 10, 15"
	case "R2.8.6":
		return "формулы 10, 12, 15: не больше норматива"
	case "R2.8.8":
		return "формула 10, п. 59(1), 60(1)"
	}
	return "формулы 10–12"
}
