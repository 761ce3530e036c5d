package importers

import (
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
)

// ReadService takes the name of a service as receipts print it, or as people call it.
func ReadService(c Cell) (housing.Service, error) {
	for _, s := range housing.Services() {
		if c.Text == s.Russian() {
			return s, nil
		}
	}
	name := heading(c.Text)
	switch name {
	case "содержание", "содержание жилья", "содержание и ремонт", "содержание и ремонт жилого помещения":
		return housing.Maintenance, nil
	case "капремонт", "капитальный ремонт", "взнос на капремонт":
		return housing.CapitalRepair, nil
	case "найм", "плата за наем", "плата за найм", "социальный наем":
		return housing.Rent, nil
	case "хвс", "холодная вода", "хв":
		return housing.ColdWater, nil
	case "гвс", "горячая вода", "гв":
		return housing.HotWater, nil
	case "канализация", "во", "отведение сточных вод", "стоки":
		return housing.Sewage, nil
	case "электроэнергия", "электричество", "эл. энергия", "э/э":
		return housing.Electricity, nil
	case "газ":
		return housing.Gas, nil
	case "теплоснабжение", "тепловая энергия", "тепло":
		return housing.Heating, nil
	case "тко", "вывоз тко", "вывоз мусора", "твердые коммунальные отходы":
		return housing.SolidWaste, nil
	}
	for _, s := range housing.Services() {
		if name == heading(s.Russian()) {
			return s, nil
		}
	}
	text := "такой услуги нет"
	if why := latinLetter([]rune(c.Text)); why != "" {
		text += ": " + why
	}
	return "", Wrong("unknown_service", text, "одно из: "+serviceNames())
}

func serviceNames() string {
	services := housing.Services()
	names := make([]string, len(services))
	for i, s := range services {
		names[i] = "«" + s.Russian() + "»"
	}
	return strings.Join(names, ", ")
}

// ReadZone takes the zone of a day; "единая" and "одноставочный" mean the only one.
func ReadZone(c Cell) (housing.Zone, error) {
	return OneOf(c, "bad_zone",
		Word[housing.Zone]{"день", housing.ZoneDay},
		Word[housing.Zone]{"ночь", housing.ZoneNight},
		Word[housing.Zone]{"пик", housing.ZonePeak},
		Word[housing.Zone]{"полупик", housing.ZoneHalfPeak},
		Word[housing.Zone]{"единая", housing.ZoneSingle},
		Word[housing.Zone]{"одноставочный", housing.ZoneSingle},
	)
}

// ReadYesNo takes «да» or «нет».
func ReadYesNo(c Cell) (bool, error) {
	return OneOf(c, "bad_yes_no", Word[bool]{"да", true}, Word[bool]{"нет", false})
}

// Word is one of the words a cell may hold, in small letters, and what it means.
type Word[V any] struct {
	Text  string
	Means V
}

// OneOf takes a word of a closed list, whatever its case; the error names the list.
func OneOf[V any](c Cell, code string, words ...Word[V]) (V, error) {
	for _, w := range words {
		if c.Text == w.Text {
			return w.Means, nil
		}
	}
	text := heading(c.Text)
	for _, w := range words {
		if text == heading(w.Text) {
			return w.Means, nil
		}
	}
	names := make([]string, len(words))
	for i, w := range words {
		names[i] = "«" + w.Text + "»"
	}
	var none V
	return none, Wrong(code, "такое значение не принимается", "одно из: "+strings.Join(names, ", "))
}
