package housing

// Service is a housing or utility service (услуга) by its code.
type Service string

// The services that Kvitok knows. Codes are stored and exchanged; names are printed.
const (
	Maintenance   Service = "maintenance"    // содержание жилого помещения
	CapitalRepair Service = "capital_repair" // взнос на капитальный ремонт
	Rent          Service = "rent"           // наём
	ColdWater     Service = "cold_water"
	HotWater      Service = "hot_water"
	Sewage        Service = "sewage"
	Electricity   Service = "electricity"
	Gas           Service = "gas"
	Heating       Service = "heating"
	SolidWaste    Service = "solid_waste" // обращение с ТКО

	// HotWaterHeat is the heat in hot water, where hot water is billed in two components or made in
	// the house; HotWater is then the water itself.
	HotWaterHeat Service = "hot_water_heat"
)

// The resources of the common property: КР на СОИ, part of Maintenance, where a company or an
// association manages the house, else ОДН. Each is a line of its own.
const (
	CommonColdWater    Service = "common_cold_water"
	CommonHotWater     Service = "common_hot_water"
	CommonHotWaterHeat Service = "common_hot_water_heat"
	CommonElectricity  Service = "common_electricity"
	CommonSewage       Service = "common_sewage"
)

// Services lists all services in the order in which receipts and reports print them.
func Services() []Service {
	return []Service{
		Maintenance, CommonColdWater, CommonHotWater, CommonHotWaterHeat, CommonElectricity, CommonSewage,
		CapitalRepair, Rent, ColdWater, HotWater, HotWaterHeat, Sewage, Electricity, Gas, Heating, SolidWaste,
	}
}

// Valid reports whether the code is known.
func (s Service) Valid() bool { return s.Russian() != "" }

// Russian returns the name as a receipt prints it, "" for an unknown code.
func (s Service) Russian() string {
	switch s {
	case Maintenance:
		return "Содержание жилого помещения"
	case CapitalRepair:
		return "Взнос на капитальный ремонт"
	case Rent:
		return "Наём"
	case ColdWater:
		return "Холодное водоснабжение"
	case HotWater:
		return "Горячее водоснабжение"
	case Sewage:
		return "Водоотведение"
	case Electricity:
		return "Электроснабжение"
	case Gas:
		return "Газоснабжение"
	case Heating:
		return "Отопление"
	case SolidWaste:
		return "Обращение с ТКО"
	case HotWaterHeat:
		return "Тепловая энергия для горячей воды"
	case CommonColdWater:
		return "Холодная вода на общее имущество"
	case CommonHotWater:
		return "Горячая вода на общее имущество"
	case CommonHotWaterHeat:
		return "Тепловая энергия горячей воды на общее имущество"
	case CommonElectricity:
		return "Электроэнергия на общее имущество"
	case CommonSewage:
		return "Водоотведение на общее имущество"
	}
	return ""
}

// Resource returns what a service of the common property is made of, "" for any other service.
func (s Service) Resource() Service {
	switch s { //nolint:exhaustive // the rest are no resources of the common property
	case CommonColdWater:
		return ColdWater
	case CommonHotWater:
		return HotWater
	case CommonHotWaterHeat:
		return HotWaterHeat
	case CommonElectricity:
		return Electricity
	case CommonSewage:
		return Sewage
	}
	return ""
}

// Unit returns the unit of the charged volume as a receipt prints it. Solid waste is charged by
// people or by area; its unit is that of the norm's result.
func (s Service) Unit() string {
	switch s {
	case Maintenance, CapitalRepair, Rent:
		return "м²"
	case ColdWater, HotWater, Sewage, Gas, SolidWaste, CommonColdWater, CommonHotWater, CommonSewage:
		return "м³"
	case Electricity, CommonElectricity:
		return "кВт·ч"
	case Heating, HotWaterHeat, CommonHotWaterHeat:
		return "Гкал"
	}
	return ""
}

// Zone is the part of a day that a tariff or a register of a meter stands for. The zero value is
// the only register of a one-tariff meter.
type Zone string

// The zones of a day (R2.1.2 of the charging rules: two zones day and night, three zones peak,
// half-peak and night).
const (
	ZoneSingle   Zone = ""
	ZoneDay      Zone = "day"
	ZoneNight    Zone = "night"
	ZonePeak     Zone = "peak"
	ZoneHalfPeak Zone = "half_peak"
)

// Valid reports whether the zone is known.
func (z Zone) Valid() bool { return z == ZoneSingle || z.Russian() != "" }

// Russian returns the name of the zone, "" for the only register.
func (z Zone) Russian() string {
	switch z {
	case ZoneDay:
		return "день"
	case ZoneNight:
		return "ночь"
	case ZonePeak:
		return "пик"
	case ZoneHalfPeak:
		return "полупик"
	case ZoneSingle:
		return ""
	}
	return ""
}
