package town

import (
	"slices"

	"github.com/kvitok-gkh/kvitok/housing"
)

// price is a tariff before and after the step of 1 October 2026: water and sewage +9.4 %, heat
// +10.3 %, waste +9.2 %, as the whole country had on average. Prices are in kopecks.
type price struct {
	service       housing.Service
	zone          housing.Zone
	before, after int64
	document      string
	stepDocument  string // empty: the price has no step
}

//nolint:gochecknoglobals // a table
var prices = []price{
	{housing.Maintenance, "", 3049, 0, "Протокол общего собрания собственников от 18.12.2025 № 2", ""},
	{housing.CapitalRepair, "", 1487, 0, "Постановление Правительства Примерской области от 27.11.2025 № 611-п", ""},
	{housing.Rent, "", 1260, 0, "Постановление администрации города Примерска от 22.12.2025 № 2104", ""},
	{housing.ColdWater, "", 6577, 7195, waterBefore, waterAfter},
	{housing.HotWater, "", 31250, 34188, waterBefore, waterAfter},
	{housing.Sewage, "", 4804, 5256, waterBefore, waterAfter},
	{housing.Electricity, "", 592, 648, powerBefore, powerAfter},
	{housing.Electricity, housing.ZoneDay, 681, 745, powerBefore, powerAfter},
	{housing.Electricity, housing.ZoneNight, 241, 264, powerBefore, powerAfter},
	{housing.Gas, "", 971, 1062, "Приказ департамента тарифов Примерской области от 16.12.2025 № 71-г", "Приказ департамента тарифов Примерской области от 17.09.2026 № 44-г"},
	{housing.Heating, "", 373837, 412342, "Приказ департамента тарифов Примерской области от 18.12.2025 № 88-т", "Приказ департамента тарифов Примерской области от 18.09.2026 № 52-т"},
	{housing.SolidWaste, "", 97270, 106219, "Приказ департамента тарифов Примерской области от 19.12.2025 № 93-о", "Приказ департамента тарифов Примерской области от 21.09.2026 № 57-о"},
}

const (
	waterBefore = "Приказ департамента тарифов Примерской области от 17.12.2025 № 85-в"
	waterAfter  = "Приказ департамента тарифов Примерской области от 18.09.2026 № 49-в"
	powerBefore = "Приказ департамента тарифов Примерской области от 15.12.2025 № 64-э"
	powerAfter  = "Приказ департамента тарифов Примерской области от 16.09.2026 № 41-э"
)

// norm is a norm of consumption, as printed.
type norm struct {
	service  housing.Service
	base     housing.NormBase
	value    string
	document string
}

//nolint:gochecknoglobals // a table
var norms = []norm{
	{housing.ColdWater, housing.PerPerson, "4.33", normsAct},
	{housing.HotWater, housing.PerPerson, "3.19", normsAct},
	{housing.Sewage, housing.PerPerson, "7.52", normsAct},
	{housing.Electricity, housing.PerPerson, "88", normsAct},
	{housing.Gas, housing.PerPerson, "10.5", normsAct},
	{housing.Heating, housing.PerArea, "0.0214", normsAct},
	{housing.CommonColdWater, housing.PerArea, "0.018", normsAct},
	{housing.CommonElectricity, housing.PerArea, "1.35", normsAct},
	{housing.SolidWaste, housing.PerPerson, "2.15", "Постановление Правительства Примерской области от 09.10.2025 № 540-п"},
}

// norms are those of the table and, where it is charged, that of hot water of the common property.
func (t *Town) norms() []norm {
	if !t.manyLines {
		return norms
	}
	return append(slices.Clip(norms), norm{housing.CommonHotWater, housing.PerArea, "0.014", normsAct})
}

const normsAct = "Постановление Правительства Примерской области от 28.08.2025 № 455-п"

// lately returns the price of the months before the step, for debts that grew then.
func lately(service housing.Service) int64 {
	for _, p := range prices {
		if p.service == service {
			return p.before
		}
	}
	return 0
}
