package gis

import (
	"strconv"
	"strings"
	"time"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
)

const addressLimit = 300

// NewMeters returns the format "gis-meters-xlsx", the sheet «Сведения о ПУ»:
//
//	Заводской (серийный) номер ПУ* | Вид ПУ* | Адрес дома | Номер лицевого счета/ЕЛС/Идентификатор ЖКУ |
//	Вид коммунального ресурса* | Вид ПУ по количеству тарифов | Базовое показание (Т1–Т3) |
//	Коэффициент трансформации | Дата установки | Дата ввода в эксплуатацию | Дата последней поверки |
//	Межповерочный интервал | … | Номер прибора учета в ГИС ЖКХ | Статус обработки
//
// A meter of an account is named by our own number. The number that the system gave stands beside it.
func NewMeters() importers.Format {
	return importers.XLSX{Title: "gis-meters-xlsx", Room: "accounts", Tables: []importers.Layout{meterTable()}}
}

type meterRow struct {
	serial, house, account, number, status string
	kind                                   meterKind
	service                                housing.Service
	zones                                  int
	base                                   [3]housing.Decimal
	stated                                 [3]bool
	coefficient                            housing.Decimal
	installed, started, verified           housing.Date
	interval                               string
}

type meterKind uint8

const (
	individual meterKind = iota
	collective
)

func readKind(c importers.Cell) (meterKind, error) {
	return importers.OneOf(c, "bad_kind",
		importers.Word[meterKind]{Text: "Индивидуальный", Means: individual}, importers.Word[meterKind]{Text: "Комнатный", Means: individual},
		importers.Word[meterKind]{Text: "Коллективный (общедомовой)", Means: collective})
}

// readResource reads the resource as the dictionaries of the system name it.
func readResource(c importers.Cell) (housing.Service, error) {
	return importers.OneOf(c, "bad_resource",
		importers.Word[housing.Service]{Text: "Холодная вода", Means: housing.ColdWater},
		importers.Word[housing.Service]{Text: "Горячая вода", Means: housing.HotWater},
		importers.Word[housing.Service]{Text: "Электрическая энергия", Means: housing.Electricity},
		importers.Word[housing.Service]{Text: "Газ", Means: housing.Gas},
		importers.Word[housing.Service]{Text: "Тепловая энергия", Means: housing.Heating})
}

func readTariffs(c importers.Cell) (int, error) {
	return importers.OneOf(c, "bad_zones", importers.Word[int]{Text: "Однотарифный", Means: 1},
		importers.Word[int]{Text: "Двухтарифный", Means: 2}, importers.Word[int]{Text: "Трехтарифный", Means: 3})
}

func meterTable() importers.Layout {
	type row = meterRow
	columns := make([]importers.Column[row], 0, 32)
	columns = append(columns, []importers.Column[row]{
		{
			Name: "Заводской (серийный) номер ПУ", Need: importers.Filled, Key: true, Mark: true,
			Read: importers.Into(importers.ReadSerial, func(r *row) *string { return &r.serial }),
		},
		{Name: "Вид ПУ", Need: importers.Filled, Read: importers.Into(readKind, func(r *row) *meterKind { return &r.kind })},
		{Name: "Адрес дома", Read: importers.Into(importers.TextUpTo(addressLimit), func(r *row) *string { return &r.house })},
		{
			Name: "Номер лицевого счета/ЕЛС/Идентификатор ЖКУ", Need: importers.Present,
			Read: importers.Into(importers.ReadAccountNumber, func(r *row) *string { return &r.account }),
		},
		{
			Name: "Вид коммунального ресурса", Need: importers.Filled,
			Read: importers.Into(readResource, func(r *row) *housing.Service { return &r.service }),
		},
		{Name: "Вид ПУ по количеству тарифов", Read: importers.Into(readTariffs, func(r *row) *int { return &r.zones })},
		{Name: "Коэффициент трансформации", Read: importers.Into(importers.ReadPositive, func(r *row) *housing.Decimal { return &r.coefficient })},
		{Name: "Дата установки", Read: importers.Into(importers.ReadDate, func(r *row) *housing.Date { return &r.installed })},
		{Name: "Дата ввода в эксплуатацию", Read: importers.Into(importers.ReadDate, func(r *row) *housing.Date { return &r.started })},
		{Name: "Дата последней поверки", Read: importers.Into(importers.ReadDate, func(r *row) *housing.Date { return &r.verified })},
		{Name: "Межповерочный интервал", Read: importers.Into(importers.TextUpTo(20), func(r *row) *string { return &r.interval })},
		{Name: "Номер прибора учета в ГИС ЖКХ", Read: importers.Into(importers.TextUpTo(30), func(r *row) *string { return &r.number })},
		status(func(r *row) *string { return &r.status }),
	}...)
	for i := range 3 {
		columns = append(columns, importers.Column[row]{
			Name: "Базовое показание (Т" + strconv.Itoa(i+1) + ")",
			Read: func(r *row, c importers.Cell) (err error) {
				r.base[i], err = importers.ReadNotNegative(c)
				r.stated[i] = err == nil
				return err
			},
		})
	}
	for _, name := range []string{
		"Марка ПУ", "Модель ПУ", "Уникальный номер дома", "Уникальный номер помещения", "Уникальный номер комнаты",
		"Наличие возможности дистанционного снятия показаний", "Информация о дистанционном снятии",
		"Объем ресурса(ов) определяется с помощью нескольких ПУ", "Место установки текущего ПУ",
		"Номер ПУ в ГИС ЖКХ, с которым требуется связь", "Дата опломбирования ПУ заводом-изготовителем", "Наличие датчиков температуры",
		"Информация о датчиках температуры", "Наличие датчиков давления", "Информация о датчиках давления",
	} {
		columns = append(columns, importers.Passed[row](name))
	}
	return importers.Table[row]{Title: "Сведения о ПУ", Columns: columns, Fact: meterFact, Also: meterNumber}
}

func meterFact(r *meterRow, src housing.Source) (importers.Fact, *importers.CellError) {
	r.zones = max(r.zones, 1)
	verifyBy, err := r.verifyBy()
	if err != nil {
		return nil, err
	}
	started := r.started
	if started.IsZero() {
		started = r.installed
	}
	readings, err := r.initial(started, src)
	switch {
	case err != nil:
		return nil, err
	case r.zones > 1 && r.service != housing.Electricity:
		return nil, importers.WrongIn("Вид ПУ по количеству тарифов", "bad_zones", "зоны суток бывают только у электроснабжения", "Однотарифный")
	case r.kind == collective && r.house == "":
		return nil, importers.WrongIn("Адрес дома", "empty", "у общедомового прибора не указан адрес дома", "")
	case r.kind == individual && r.account == "":
		return nil, importers.WrongIn("Номер лицевого счета/ЕЛС/Идентификатор ЖКУ", "empty", "не указан номер лицевого счёта", "")
	case r.kind == individual && r.coefficient.Sign() > 0 && r.coefficient.Cmp(housing.Whole(1)) != 0:
		return nil, importers.WrongIn("Коэффициент трансформации", "coefficient", "коэффициент ИПУ не равен 1: такие приборы не принимаются", "1")
	}
	if r.kind == collective {
		return housing.HouseMeterEntry{
			House: r.house, Service: r.service, Serial: r.serial, Zones: r.zones, Coefficient: r.coefficient, Commissioned: started,
			VerifyBy: verifyBy, Readings: readings, Source: src,
		}, nil
	}
	return housing.MeterEntry{Account: r.account, Initial: readings, Meter: housing.Meter{
		Serial: r.serial, Service: r.service, Zones: housing.ZonesOf(r.zones), Commissioned: started, VerifyBy: verifyBy, Source: src,
	}}, nil
}

// initial are the base readings: one for each register, or none.
func (r *meterRow) initial(on housing.Date, src housing.Source) ([]housing.Reading, *importers.CellError) {
	if !r.stated[0] || on.IsZero() {
		return nil, nil
	}
	readings := make([]housing.Reading, 0, r.zones)
	for i, zone := range housing.ZonesOf(r.zones) {
		if !r.stated[i] {
			return nil, importers.WrongIn("Базовое показание (Т"+strconv.Itoa(i+1)+")", "empty", "базовые показания есть не по всем тарифам", "")
		}
		readings = append(readings, housing.Reading{Zone: zone, On: on, Value: r.base[i], Source: src})
	}
	return readings, nil
}

// verifyBy is the first day on which the verification has expired: «6 лет» after the last one.
func (r *meterRow) verifyBy() (housing.Date, *importers.CellError) {
	if r.verified.IsZero() || r.interval == "" {
		return housing.Date{}, nil
	}
	digits, _, _ := strings.Cut(r.interval, " ")
	years, err := strconv.Atoi(digits)
	if err != nil || years < 1 || years > 50 {
		return housing.Date{}, importers.WrongIn("Межповерочный интервал", "bad_interval", "это не срок в годах", "например «6 лет»")
	}
	return housing.DateOf(r.verified.Time().AddDate(years, 0, 0).Truncate(24 * time.Hour)), nil
}

// meterNumber is the number that the system gave, where it did.
func meterNumber(r *meterRow, src housing.Source) []importers.Fact {
	if r.number == "" {
		return nil
	}
	g := housing.GISMeterEntry{Number: r.number, Account: r.account, Serial: r.serial, Service: r.service, Source: src}
	if r.kind == collective {
		g.Account, g.House = "", r.house
	}
	return []importers.Fact{g}
}
