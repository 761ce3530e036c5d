package charging

// eventClause is the act and clause of the rules on meters' lives, absence, quality and ranges.
func eventClause(rule string) string {
	switch rule {
	case "R1.6":
		return "Правила 354, п. 50, приложение № 2, раздел III: коммунальная квартира"
	case "R2.4.1":
		return "Правила 354, п. 42, приложение № 2: газ по нормативам направлений использования"
	case "R2.5.1":
		return "диапазоны объёмов потребления электрической энергии, решение органа регулирования тарифов"
	case "R2.9.2":
		return "Правила 354, п. 148(31), приложение № 2, формулы 9(3), 9(4)"
	case "R2.9.3":
		return "Правила 354, п. 148(44)"
	case "R2.11a", "R2.11b", "R2.11d":
		return "Правила 354, п. 59, 60"
	case "R2.11c":
		return "Правила 354, п. 59, 60, 60(3), 85"
	case "R2.11.3":
		return "Правила 354, п. 61"
	case "R2.11.4", "R2.11.5":
		return "Правила 354, п. 59, 60, 81"
	case "R2.11.7":
		return "Правила 354, п. 61: перерасчёт по показаниям"
	case "R2.11.8":
		return "Правила 354, п. 62, 81(11)"
	case "R2.12.4":
		return "Правила 354, п. 86–97"
	}
	return qualityClause(rule)
}

func qualityClause(rule string) string {
	switch rule {
	case "Q1":
		return "Правила 354, п. 98, 101, приложение № 1, п. 1"
	case "Q4":
		return "Правила 354, п. 98, 101, приложение № 1, п. 4"
	case "Q5":
		return "Правила 354, п. 98, 101, приложение № 1, п. 5"
	case "Q8":
		return "Правила 354, п. 98, 101, приложение № 1, п. 8"
	case "Q9":
		return "Правила 354, п. 98, 101, приложение № 1, п. 9"
	case "Q10":
		return "Правила 354, п. 98, 101, приложение № 1, п. 10"
	case "Q14":
		return "Правила 354, п. 98, 101, приложение № 1, п. 14"
	case "Q15":
		return "Правила 354, п. 98, 101, приложение № 1, п. 15"
	case "Q17":
		return "Правила 354, п. 98, 148(45), приложение № 1, п. 17"
	case "R2.13.5":
		return "Правила 354, п. 98, 100: плановое отключение горячей воды"
	}
	return ""
}
