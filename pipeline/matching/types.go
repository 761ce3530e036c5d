package matching

// level is how far from the street an element of an address stands; keys are written in this order.
type level int

const (
	dropped    level = iota // country, region, city district of another division: see HouseKey
	district                // район, поселение
	settlement              // город, село
	area                    // микрорайон, квартал, товарищество
	street                  // улица
	levels                  // how many there are
)

// kind is one type of address element.
type kind struct {
	level level
	name  string // canonical
	whole bool   // written as a whole word, so it may be a name as well: «ул. Набережная»
}

// kinds are the types of address elements by all their spellings (reductions of Minfin order 171n
// and what people write). Folded as fold does.
//
//nolint:gochecknoglobals // a table
var kinds = map[string]kind{
	"ОБЛ": {dropped, "ОБЛ", false}, "ОБЛАСТЬ": {dropped, "ОБЛ", true}, "КРАЙ": {dropped, "КРАЙ", true},
	"РЕСП": {dropped, "РЕСП", false}, "РЕСПУБЛИКА": {dropped, "РЕСП", true}, "АО": {dropped, "АО", false},
	"ОКРУГ": {dropped, "АО", true}, "ГО": {dropped, "ГО", false}, "Г-О": {dropped, "ГО", false}, "ГП": {dropped, "ГП", false},

	"Р-Н": {district, "Р-Н", false}, "РАЙОН": {district, "Р-Н", true}, "РН": {district, "Р-Н", false},
	"МР-Н": {district, "Р-Н", false}, "МО": {district, "МО", false}, "СП": {district, "С/П", false},
	"С/П": {district, "С/П", false}, "С/С": {district, "С/С", false}, "С/О": {district, "С/О", false},
	"СЕЛЬСОВЕТ": {district, "С/С", true}, "УЛУС": {district, "УЛУС", true},

	"Г": {settlement, "Г", false}, "ГОР": {settlement, "Г", false}, "ГОРОД": {settlement, "Г", true},
	"ПГТ": {settlement, "ПГТ", false}, "РП": {settlement, "РП", false}, "Р/П": {settlement, "РП", false}, "КП": {settlement, "КП", false},
	"ДП": {settlement, "ДП", false}, "П": {settlement, "П", false}, "ПОС": {settlement, "П", false},
	"ПОСЕЛОК": {settlement, "П", true}, "С": {settlement, "С", false}, "СЕЛО": {settlement, "С", true},
	"Д": {settlement, "ДЕР", false}, "ДЕР": {settlement, "ДЕР", false}, "ДЕРЕВНЯ": {settlement, "ДЕР", true}, "Х": {settlement, "Х", false},
	"ХУТОР": {settlement, "Х", true}, "СТ-ЦА": {settlement, "СТ-ЦА", false}, "СТАНИЦА": {settlement, "СТ-ЦА", true},
	"АУЛ": {settlement, "АУЛ", true}, "СТ": {settlement, "СТ", false}, "СТАНЦИЯ": {settlement, "СТ", true}, "СЛ": {settlement, "СЛ", false},
	"СЛОБОДА": {settlement, "СЛ", true}, "РЗД": {settlement, "РЗД", false}, "РАЗЪЕЗД": {settlement, "РЗД", true},

	"МКР": {area, "МКР", false}, "МКРН": {area, "МКР", false}, "МКР-Н": {area, "МКР", false}, "М-Н": {area, "МКР", false},
	"МИКРОРАЙОН": {area, "МКР", true}, "КВ-Л": {area, "КВ-Л", false}, "КВАРТАЛ": {area, "КВ-Л", true},
	"ТЕР": {area, "ТЕР", false}, "ТЕРРИТОРИЯ": {area, "ТЕР", true}, "СНТ": {area, "СНТ", false}, "ДНТ": {area, "ДНТ", false},
	"СТ-ВО": {area, "СНТ", false}, "Ж/К": {area, "ЖК", false}, "ЖК": {area, "ЖК", false}, "ГОРОДОК": {area, "ГОРОДОК", true},

	"УЛ": {street, "УЛ", false}, "УЛИЦА": {street, "УЛ", true}, "ПР-КТ": {street, "ПР-КТ", false},
	"ПР": {street, "ПР-КТ", false}, "ПР-Т": {street, "ПР-КТ", false}, "ПРОСП": {street, "ПР-КТ", false},
	"ПРКТ": {street, "ПР-КТ", false}, "ПРОСПЕКТ": {street, "ПР-КТ", true}, "ПЕР": {street, "ПЕР", false},
	"ПЕРЕУЛОК": {street, "ПЕР", true}, "ПР-Д": {street, "ПР-Д", false}, "ПРОЕЗД": {street, "ПР-Д", true}, "ПРД": {street, "ПР-Д", false},
	"Б-Р": {street, "Б-Р", false}, "БУЛ": {street, "Б-Р", false}, "БУЛЬВАР": {street, "Б-Р", true}, "БУЛЬВ": {street, "Б-Р", false},
	"Ш": {street, "Ш", false}, "ШОССЕ": {street, "Ш", true}, "НАБ": {street, "НАБ", false},
	"НАБЕРЕЖНАЯ": {street, "НАБ", true}, "ПЛ": {street, "ПЛ", false}, "ПЛОЩАДЬ": {street, "ПЛ", true}, "ПЛ-ДЬ": {street, "ПЛ", false},
	"ТУП": {street, "ТУП", false}, "ТУПИК": {street, "ТУП", true}, "АЛ": {street, "АЛ", false}, "АЛЛЕЯ": {street, "АЛ", true},
	"ЛИНИЯ": {street, "ЛИНИЯ", true}, "ЛН": {street, "ЛИНИЯ", false}, "ПРОСЕК": {street, "ПРОСЕК", true}, "ТРАКТ": {street, "ТРАКТ", true},
	"ПРОУЛОК": {street, "ПРОУЛОК", true}, "СПУСК": {street, "СПУСК", true}, "ВЗВОЗ": {street, "ВЗВОЗ", true},
}

// mark says what the number after it is the number of.
type mark int

const (
	noMark mark = iota
	markHouse
	markEstate    // владение
	markBlock     // корпус
	markBuilding  // строение
	markStructure // сооружение
	markLetter    // литера
	markEdifice   // здание
	markPlot      // участок
	markFlat
	markOther // нежилое помещение, офис
	markRoom
	markIgnored // entrance, floor: known, and no part of any key
)

// marks are the markers of houses and premises by all their spellings. К, С and П depend on what
// stands before them, see markAt.
//
//nolint:gochecknoglobals // a table
var marks = map[string]mark{
	"Д": markHouse, "ДОМ": markHouse, "ДМ": markHouse, "ДВЛД": markHouse, "ДОМОВЛАДЕНИЕ": markHouse, "ДОМОВЛ": markHouse, "Д-Е": markHouse,
	"ВЛ": markEstate, "ВЛД": markEstate, "ВЛАД": markEstate, "ВЛАДЕНИЕ": markEstate,
	"К": markBlock, "КОР": markBlock, "КОРП": markBlock, "КОРПУС": markBlock,
	"С": markBuilding, "СТР": markBuilding, "СТРОЕН": markBuilding, "СТРОЕНИЕ": markBuilding,
	"СООР": markStructure, "СООРУЖЕНИЕ": markStructure,
	"ЗД": markEdifice, "ЗДАНИЕ": markEdifice, "УЧ": markPlot, "УЧ-К": markPlot, "УЧАСТОК": markPlot,
	"ЛИТ": markLetter, "ЛИТЕР": markLetter, "ЛИТЕРА": markLetter,
	"КВ": markFlat, "КВАР": markFlat, "КВАРТ": markFlat, "КВАРТИРА": markFlat,
	"П": markOther, "ПОМ": markOther, "ПОМЕЩ": markOther, "ПОМЕЩЕНИЕ": markOther, "ОФ": markOther, "ОФИС": markOther, "НП": markOther,
	"КОМ": markRoom, "КОМН": markRoom, "КОМНАТА": markRoom, "К-ТА": markRoom,
	"ПОД": markIgnored, "ПОДЪЕЗД": markIgnored, "ЭТ": markIgnored, "ЭТАЖ": markIgnored,
}

// blockTitles are the parts of a house number after the number itself, in the order of the key.
//
//nolint:gochecknoglobals // a table
var blockTitles = []struct {
	mark  mark
	title string
}{
	{markBlock, "К"}, {markBuilding, "СТР"}, {markStructure, "СООР"}, {markLetter, "ЛИТ"}, {markEdifice, "ЗД"}, {markPlot, "УЧ"},
}

// pairs are types that a dot or a space splits into two words.
//
//nolint:gochecknoglobals // a table
var pairs = map[[2]string]string{
	{"Г", "О"}: "ГО", {"Г", "П"}: "ГП", {"С", "П"}: "СП", {"М", "О"}: "МО", {"М", "Р-Н"}: "МР-Н", {"А", "О"}: "АО",
	{"Р", "П"}: "РП", {"К", "П"}: "КП", {"Д", "П"}: "ДП", {"ПР", "КТ"}: "ПР-КТ", {"Б", "Р"}: "Б-Р",
	{"ГОРОДСКОЙ", "ОКРУГ"}: "ГО", {"МУНИЦИПАЛЬНЫЙ", "ОКРУГ"}: "МО", {"МУНИЦИПАЛЬНЫЙ", "РАЙОН"}: "МР-Н",
	{"СЕЛЬСКОЕ", "ПОСЕЛЕНИЕ"}: "СП", {"ГОРОДСКОЕ", "ПОСЕЛЕНИЕ"}: "ГП", {"РАБОЧИЙ", "ПОСЕЛОК"}: "РП", {"Ж", "К"}: "ЖК",
}

// idle are words that say nothing about which house it is.
//
//nolint:gochecknoglobals // a table
var idle = map[string]bool{
	"РОССИЯ": true, "РФ": true, "РОССИЙСКАЯ": true, "ФЕДЕРАЦИЯ": true, "ИМ": true, "ИМЕНИ": true,
	"N": true, "NО": true, "НОМЕР": true, "АДРЕС": true, "ИНДЕКС": true,
}

// ordinals are ordinal words of street names as their numbers.
//
//nolint:gochecknoglobals // a table
var ordinals = map[string]string{
	"ПЕРВЫЙ": "1", "ПЕРВАЯ": "1", "ВТОРОЙ": "2", "ВТОРАЯ": "2", "ТРЕТИЙ": "3", "ТРЕТЬЯ": "3",
	"ЧЕТВЕРТЫЙ": "4", "ЧЕТВЕРТАЯ": "4", "ПЯТЫЙ": "5", "ПЯТАЯ": "5", "ШЕСТОЙ": "6", "ШЕСТАЯ": "6",
	"СЕДЬМОЙ": "7", "СЕДЬМАЯ": "7", "ВОСЬМОЙ": "8", "ВОСЬМАЯ": "8", "ДЕВЯТЫЙ": "9", "ДЕВЯТАЯ": "9",
	"ПЕРВОГО": "1", "ВТОРОГО": "2", "ТРЕТЬЕГО": "3", "ЧЕТВЕРТОГО": "4", "ПЯТОГО": "5", "ШЕСТОГО": "6", "СЕДЬМОГО": "7",
	"ВОСЬМОГО": "8", "ДЕВЯТОГО": "9", "ВОСЬМОЕ": "8", "ПЕРВОЕ": "1", "ДЕВЯТОЕ": "9",
}

// neverNames are whole words that are types even where another type follows: «улица Набережная».
//
//nolint:gochecknoglobals // a table
var neverNames = map[string]bool{"УЛИЦА": true, "ПЕРЕУЛОК": true, "ПРОЕЗД": true, "ТУПИК": true}

// countedWords follow numbers within names: «Героев 9 Января», «Примерск 40 лет Победы».
//
//nolint:gochecknoglobals // a table
var countedWords = map[string]bool{
	"ЛЕТ": true, "ЛЕТИЯ": true, "ГОДА": true, "АРМИИ": true, "ДИВИЗИИ": true, "БРИГАДЫ": true, "СТРЕЛКОВОЙ": true, "ГВАРДЕЙСКОЙ": true,
	"ЯНВАРЯ": true, "ФЕВРАЛЯ": true, "МАРТА": true, "АПРЕЛЯ": true, "МАЯ": true, "ИЮНЯ": true, "ИЮЛЯ": true, "АВГУСТА": true,
	"СЕНТЯБРЯ": true, "ОКТЯБРЯ": true, "НОЯБРЯ": true, "ДЕКАБРЯ": true,
}
