package correcting

import "github.com/kvitok-gkh/kvitok/housing"

func serviceKind() kind[housing.AccountService] {
	return kind[housing.AccountService]{
		plain: func(v housing.AccountService, m housing.Period) housing.AccountService {
			v.Source, v.Valid = housing.Source{}, cut(v.Valid, m)
			return v
		},
		source: func(v *housing.AccountService) housing.Source { return v.Source },
		text: func(v *housing.AccountService) string {
			return "услуга «" + v.Service.Russian() + "»" + span(v.Valid.From, v.Valid.To)
		},
	}
}

func occupancyKind() kind[housing.Occupancy] {
	return kind[housing.Occupancy]{
		plain: func(v housing.Occupancy, m housing.Period) housing.Occupancy {
			v.Source, v.Valid = housing.Source{}, cut(v.Valid, m)
			return v
		},
		source: func(v *housing.Occupancy) housing.Source { return v.Source },
		text: func(v *housing.Occupancy) string {
			return "проживает " + count(v.People) + ", площадь " + v.Area.Russian() + " м²" + span(v.Valid.From, v.Valid.To)
		},
	}
}

func stayKind() kind[housing.Stay] {
	return kind[housing.Stay]{
		plain: func(v housing.Stay, m housing.Period) housing.Stay {
			v.Source, v.Valid = housing.Source{}, cut(v.Valid, m)
			return v
		},
		source: func(v *housing.Stay) housing.Source { return v.Source },
		text: func(v *housing.Stay) string {
			return withDocument("временно проживает "+count(v.People)+span(v.Valid.From, v.Valid.To), v.Document)
		},
	}
}

func absenceKind() kind[housing.Absence] {
	return kind[housing.Absence]{
		plain: func(v housing.Absence, _ housing.Period) housing.Absence {
			v.Source = housing.Source{}
			return v
		},
		source: func(v *housing.Absence) housing.Source { return v.Source },
		text: func(v *housing.Absence) string {
			text := "отсутствует " + count(v.People) + " с " + v.Left.Russian()
			if !v.Returned.IsZero() {
				text += " по " + v.Returned.Russian()
			}
			return withDocument(text, v.Document)
		},
	}
}

func violationKind() kind[housing.Violation] {
	return kind[housing.Violation]{
		plain: func(v housing.Violation, _ housing.Period) housing.Violation {
			v.Source = housing.Source{}
			return v
		},
		source: func(v *housing.Violation) housing.Source { return v.Source },
		text: func(v *housing.Violation) string {
			return withDocument("нарушение, "+v.Service.Russian()+span(v.Valid.From, v.Valid.To), v.Document)
		},
	}
}

func readingKind() kind[housing.Reading] {
	return kind[housing.Reading]{
		plain: func(v housing.Reading, _ housing.Period) housing.Reading {
			v.Source = housing.Source{}
			return v
		},
		source: func(v *housing.Reading) housing.Source { return v.Source },
		text: func(v *housing.Reading) string {
			return "показание " + v.Value.Russian() + " на " + v.On.Russian()
		},
	}
}

func spreadReadingKind() kind[housing.Reading] {
	return kind[housing.Reading]{
		plain: readingKind().plain, source: readingKind().source,
		text: func(v *housing.Reading) string {
			return "расход между показаниями распределён по дням: " + v.Value.Russian() + " на " + v.On.Russian()
		},
	}
}

func meterKind() kind[housing.MeterFacts] {
	return kind[housing.MeterFacts]{
		plain: func(v housing.MeterFacts, _ housing.Period) housing.MeterFacts {
			v.Source, v.Readings, v.History = housing.Source{}, nil, nil
			v.Events = append([]housing.MeterEvent(nil), v.Events...)
			for i := range v.Events {
				v.Events[i].Source = housing.Source{}
			}
			return v
		},
		source: func(v *housing.MeterFacts) housing.Source {
			if n := len(v.Events); n > 0 {
				return v.Events[n-1].Source
			}
			return v.Source
		},
		text: func(v *housing.MeterFacts) string {
			text := "ИПУ № " + v.Serial
			if !v.VerifyBy.IsZero() {
				text += ", поверка до " + v.VerifyBy.Russian()
			}
			for i := range v.Events {
				text = withDocument(text, v.Events[i].Document)
			}
			return text
		},
	}
}

func wasteShareKind() kind[housing.WasteShare] {
	return kind[housing.WasteShare]{
		plain: func(v housing.WasteShare, _ housing.Period) housing.WasteShare {
			v.Source = housing.Source{}
			return v
		},
		source: func(v *housing.WasteShare) housing.Source { return v.Source },
		text:   func(v *housing.WasteShare) string { return "доля ТКО за " + count(v.Year) + " год" },
	}
}

func distributorKind() kind[housing.DistributorShare] {
	return kind[housing.DistributorShare]{
		plain: func(v housing.DistributorShare, _ housing.Period) housing.DistributorShare {
			v.Source = housing.Source{}
			return v
		},
		source: func(v *housing.DistributorShare) housing.Source { return v.Source },
		text: func(v *housing.DistributorShare) string {
			return "показание распределителя за " + count(v.Year) + " год: " + v.Value.Russian()
		},
	}
}

func pastKind() kind[housing.PastCharge] {
	return kind[housing.PastCharge]{
		plain: func(v housing.PastCharge, _ housing.Period) housing.PastCharge {
			v.Source = housing.Source{}
			return v
		},
		source: func(v *housing.PastCharge) housing.Source { return v.Source },
		text: func(v *housing.PastCharge) string {
			return v.Service.Russian() + " за " + v.Valid.From.Period().Russian() + ": " + v.Charged.Russian() + " ₽"
		},
	}
}
