package charging

import "github.com/kvitok-gkh/kvitok/housing"

// clause returns act and clause of a rule as the snapshot has them (clause.*), else the rule's own
// words. A formula number that is not confirmed is left out (D1).
func (c *calculation) clause(rule string) string {
	name := "clause." + rule
	for i := range c.snapshot.Parameters {
		p := &c.snapshot.Parameters[i]
		if p.Name == name && p.Valid.Contains(c.month.From) {
			return p.Value
		}
	}
	if text := eventClause(rule); text != "" {
		return text
	}
	switch rule {
	case "R1.1":
		return "ЖК РФ, ст. 154, 156, 158: плата за содержание жилого помещения"
	case "R1.3":
		return "ЖК РФ, ст. 169 ч. 1: взнос на капитальный ремонт"
	case "R1.4":
		return "ЖК РФ, ст. 154, 156: плата за наём"
	case "R2.1.1":
		return "Правила 354, п. 42, приложение № 2, формула 1"
	case "R2.1.2":
		return "Правила 354, п. 42, приложение № 2, формула 1, тарифы по зонам суток"
	case "R2.2.1":
		return "Правила 354, п. 42, приложение № 2, формула 4"
	case "R2.2.2":
		return "Правила 354, п. 42: повышающий коэффициент при отсутствии прибора учёта"
	case "R2.3.1":
		return "Правила 354, п. 42: водоотведение как сумма холодной и горячей воды"
	case "R2.3.2":
		return "Правила 354, п. 42, приложение № 2: водоотведение по нормативу"
	case "R2.9.1":
		return "Правила 354, приложение № 2, формулы 9(1), 9(2)"
	case "H1":
		return "Правила 354, п. 42(1), приложение № 2, формула 2"
	case "H2":
		return "Правила 354, п. 42(1), приложение № 2, отопление равномерно в течение года"
	case "H4":
		return "Правила 354, п. 42(1), приложение № 2, формула 3"
	}
	return c.houseClause(rule)
}

// text is the formula in Russian notation; part is appended to the volume of an incomplete month.
func (l *line) text(part string) string {
	switch l.formula {
	case areaFormula:
		return "P = S" + part + " × T"
	case meterFormula:
		return "P = V × T"
	case averageFormula:
		return "P = V × T, V — по среднемесячному объёму" + part
	case normFormula:
		return "P = n × N" + part + " × T"
	case normAreaFormula:
		return "P = S × N" + part + " × T"
	case upliftFormula:
		return "P = n × N" + part + " × (K − 1) × T"
	case upliftAreaFormula:
		return "P = S × N" + part + " × (K − 1) × T"
	case sewageFormula:
		return "P = (Vхв + Vгв) × T"
	case evenFormula:
		return "P = S × N × k" + part + " × T"
	case houseFormula:
		return "P = Vд × Si / Sоб" + part + " × T"
	case wasteFormula:
		return "P = n × N / 12" + part + " × T"
	case wasteAreaFormula:
		return "P = S × N / 12" + part + " × T"
	}
	return ""
}

func badParameter(p *housing.Parameter, expected string) error {
	return &parameterError{name: p.Name, value: p.Value, expected: expected}
}

// parameterError says that a parameter of the snapshot has a value that its rule cannot use.
type parameterError struct {
	name, value, expected string
}

func (e *parameterError) Error() string {
	return "parameter " + e.name + " is " + `"` + e.value + `"` + ", expected " + e.expected
}

func (e *parameterError) Unwrap() error { return ErrSnapshot }
