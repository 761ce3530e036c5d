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
			text := "проживает " + count(v.People)
			if v.People == 0 && v.Owners > 0 { // they are counted instead
				text += ", собственников " + count(v.Owners)
			}
			text += ", площадь " + v.Area.Russian() + " м²"
			if v.Occupant == housing.Tenant {
				text += ", наниматель"
			}
			return text + span(v.Valid.From, v.Valid.To)
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

// meterKind is a meter by itself: its acts are facts of their own.
func meterKind() kind[housing.MeterFacts] {
	return kind[housing.MeterFacts]{
		plain: func(v housing.MeterFacts, _ housing.Period) housing.MeterFacts {
			v.Source, v.Readings, v.History, v.Events = housing.Source{}, nil, nil, nil
			return v
		},
		source: func(v *housing.MeterFacts) housing.Source { return v.Source },
		text: func(v *housing.MeterFacts) string {
			day := func(name string, on housing.Date) string {
				if on.IsZero() {
					return ""
				}
				return name + on.Russian()
			}
			text := "ИПУ № " + v.Serial + day(", введён ", v.Commissioned) + day(", поверка до ", v.VerifyBy) + day(", снят ", v.Closed)
			if v.Replaces != "" {
				text += ", взамен № " + v.Replaces
			}
			return text
		},
	}
}

func meterEventKind(serial string) kind[housing.MeterEvent] {
	return kind[housing.MeterEvent]{
		plain: func(v housing.MeterEvent, _ housing.Period) housing.MeterEvent {
			v.Source = housing.Source{}
			return v
		},
		source: func(v *housing.MeterEvent) housing.Source { return v.Source },
		text: func(v *housing.MeterEvent) string {
			what := ": не учитывает"
			if v.Kind == housing.MeterNoAccess {
				what = ": недопуск"
			}
			return withDocument("ИПУ № "+serial+what+span(v.On, v.To), v.Document)
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
