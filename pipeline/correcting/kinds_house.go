package correcting

import "github.com/kvitok-gkh/kvitok/housing"

func tariffKind() kind[housing.Tariff] {
	return kind[housing.Tariff]{
		plain: func(v housing.Tariff, m housing.Period) housing.Tariff {
			v.Source, v.Document, v.Valid = housing.Source{}, "", cut(v.Valid, m)
			return v
		},
		source: func(v *housing.Tariff) housing.Source { return v.Source },
		text: func(v *housing.Tariff) string {
			return withDocument("тариф "+v.Service.Russian()+" "+v.Price.Russian()+" ₽"+span(v.Valid.From, v.Valid.To), v.Document)
		},
	}
}

func normKind() kind[housing.Norm] {
	return kind[housing.Norm]{
		plain: func(v housing.Norm, m housing.Period) housing.Norm {
			v.Source, v.Document, v.Valid = housing.Source{}, "", cut(v.Valid, m)
			return v
		},
		source: func(v *housing.Norm) housing.Source { return v.Source },
		text: func(v *housing.Norm) string {
			return withDocument("норматив "+v.Service.Russian()+" "+v.Value.Russian()+span(v.Valid.From, v.Valid.To), v.Document)
		},
	}
}

func consumptionRangeKind() kind[housing.ConsumptionRange] {
	return kind[housing.ConsumptionRange]{
		plain: func(v housing.ConsumptionRange, m housing.Period) housing.ConsumptionRange {
			v.Source, v.Document, v.Valid = housing.Source{}, "", cut(v.Valid, m)
			return v
		},
		source: func(v *housing.ConsumptionRange) housing.Source { return v.Source },
		text: func(v *housing.ConsumptionRange) string {
			return withDocument("диапазон потребления "+v.Service.Russian()+span(v.Valid.From, v.Valid.To), v.Document)
		},
	}
}

func houseVolumeKind() kind[housing.CollectiveMeter] {
	return kind[housing.CollectiveMeter]{
		plain: func(v housing.CollectiveMeter, _ housing.Period) housing.CollectiveMeter {
			v.Source = housing.Source{}
			return v
		},
		source: func(v *housing.CollectiveMeter) housing.Source { return v.Source },
		text: func(v *housing.CollectiveMeter) string {
			return "объём по ОДПУ, " + v.Service.Russian() + ": " + v.Volume.Russian() + " " + v.Service.Unit()
		},
	}
}

func containerKind() kind[housing.WasteContainer] {
	return kind[housing.WasteContainer]{
		plain: func(v housing.WasteContainer, _ housing.Period) housing.WasteContainer {
			v.Source = housing.Source{}
			return v
		},
		source: func(v *housing.WasteContainer) housing.Source { return v.Source },
		text: func(v *housing.WasteContainer) string {
			return withDocument("вывоз контейнеров "+v.Capacity.Russian()+" м³: "+count(v.Count)+" × "+count(v.Removals), v.Document)
		},
	}
}

func wasteYearKind() kind[housing.WasteYear] {
	return kind[housing.WasteYear]{
		plain: func(v housing.WasteYear, _ housing.Period) housing.WasteYear {
			v.Source = housing.Source{}
			return v
		},
		source: func(v *housing.WasteYear) housing.Source { return v.Source },
		text: func(v *housing.WasteYear) string {
			return withDocument("ТКО за "+count(v.Year)+" год: "+v.Cost.Russian()+" ₽", v.Document)
		},
	}
}

func houseFactKind() kind[housing.HouseFacts] {
	return kind[housing.HouseFacts]{
		plain: func(v housing.HouseFacts, _ housing.Period) housing.HouseFacts {
			v.Source = housing.Source{}
			v.Made = append([]housing.MadeOf(nil), v.Made...)
			for i := range v.Made {
				v.Made[i].Source = housing.Source{}
			}
			return v
		},
		source: func(v *housing.HouseFacts) housing.Source { return v.Source },
		text:   func(v *housing.HouseFacts) string { return "сведения о доме, " + v.Service.Russian() },
	}
}

func qualityActKind() kind[housing.QualityAct] {
	return kind[housing.QualityAct]{
		plain: func(v housing.QualityAct, _ housing.Period) housing.QualityAct {
			v.Source = housing.Source{}
			return v
		},
		source: func(v *housing.QualityAct) housing.Source { return v.Source },
		text: func(v *housing.QualityAct) string {
			return withDocument("нарушение качества, "+v.Service.Russian()+", с "+v.From.Russian()+" по "+v.To.Russian(), v.Document)
		},
	}
}

func flatPeopleKind() kind[housing.CommunalPeople] {
	return kind[housing.CommunalPeople]{
		plain: func(v housing.CommunalPeople, m housing.Period) housing.CommunalPeople {
			v.Source, v.Valid = housing.Source{}, cut(v.Valid, m)
			return v
		},
		source: func(v *housing.CommunalPeople) housing.Source { return v.Source },
		text: func(v *housing.CommunalPeople) string {
			return "в коммунальной квартире проживает " + count(v.People) + ", площадь " + v.Area.Russian() + " м²" + span(v.Valid.From, v.Valid.To)
		},
	}
}
