package matching

// Reasons of decisions: stable codes, stored with them.
const (
	ReasonNumberAndAddress    = "number_and_address"
	ReasonNumberAndSurname    = "number_and_surname"
	ReasonUnifiedAndAddress   = "unified_and_address"
	ReasonUnifiedAndSurname   = "unified_and_surname"
	ReasonElsewhereAndAddress = "elsewhere_and_address"
	ReasonElsewhereAndSurname = "elsewhere_and_surname"
	ReasonAddressAndSurname   = "address_and_surname"
	ReasonAddressAndHousehold = "address_and_household"

	ReasonNumberAndAddressDiffer    = "number_and_address_differ"
	ReasonUnifiedAndAddressDiffer   = "unified_and_address_differ"
	ReasonNumberAndUnifiedDiffer    = "number_and_unified_differ"
	ReasonElsewhereAndAddressDiffer = "elsewhere_and_address_differ"
	ReasonElsewhereAndUnifiedDiffer = "elsewhere_and_unified_differ"
	ReasonElsewhereUnconfirmed      = "elsewhere_unconfirmed"
	ReasonSeveralElsewhere          = "several_elsewhere"
	ReasonFlatDiffers               = "flat_differs"
	ReasonSurnameDiffers            = "surname_differs"
	ReasonNumberUnconfirmed         = "number_unconfirmed"
	ReasonUnifiedUnconfirmed        = "unified_unconfirmed"
	ReasonSeveralByNumber           = "several_by_number"
	ReasonSeveralByUnified          = "several_by_unified"
	ReasonNumberSpoiled             = "number_spoiled"
	ReasonNumberNotFound            = "number_not_found"
	ReasonUnifiedNotFound           = "unified_not_found"
	ReasonAddressNotUnderstood      = "address_not_understood"
	ReasonAddressIncomplete         = "address_incomplete"
	ReasonHouseNotFound             = "house_not_found"
	ReasonSeveralHouses             = "several_houses"
	ReasonFlatMissing               = "flat_missing"
	ReasonFlatNotFound              = "flat_not_found"
	ReasonRoomNotFound              = "room_not_found"
	ReasonSeveralInPremises         = "several_in_premises"
	ReasonSurnameUnknown            = "surname_unknown"
	ReasonNothingToCompare          = "nothing_to_compare"
	ReasonLinkUndone                = "link_undone"
	ReasonProxyExpired              = "proxy_expired"
	ReasonConsentRefused            = "consent_refused"
	ReasonSharesExceed              = "shares_exceed" // found by whoever knows the other owners
)

// ReasonText returns the reason in Russian, "" for an unknown code.
func ReasonText(code string) string { return reasonTexts[code] }

//nolint:gochecknoglobals // a table
var reasonTexts = map[string]string{
	ReasonNumberAndAddress:    "номер лицевого счёта найден, адрес совпадает",
	ReasonNumberAndSurname:    "номер лицевого счёта найден, фамилия плательщика совпадает",
	ReasonUnifiedAndAddress:   "ЕЛС или идентификатор ЖКУ найден, адрес совпадает",
	ReasonUnifiedAndSurname:   "ЕЛС или идентификатор ЖКУ найден, фамилия плательщика совпадает",
	ReasonElsewhereAndAddress: "счёт найден по номеру у поставщика или в прежней системе, адрес совпадает",
	ReasonElsewhereAndSurname: "счёт найден по номеру у поставщика или в прежней системе, фамилия плательщика совпадает",
	ReasonAddressAndSurname:   "адрес и фамилия указывают на один лицевой счёт",
	ReasonAddressAndHousehold: "по адресу один лицевой счёт, плательщик той же семьи",

	ReasonNumberAndAddressDiffer:    "номер лицевого счёта и адрес указывают на разные помещения",
	ReasonUnifiedAndAddressDiffer:   "ЕЛС или идентификатор ЖКУ и адрес указывают на разные помещения",
	ReasonNumberAndUnifiedDiffer:    "номер лицевого счёта и ЕЛС (идентификатор ЖКУ) принадлежат разным счетам",
	ReasonElsewhereAndAddressDiffer: "номер у поставщика или в прежней системе и адрес указывают на разные помещения",
	ReasonElsewhereAndUnifiedDiffer: "номер у поставщика или в прежней системе и ЕЛС (идентификатор ЖКУ) указывают на разные счета",
	ReasonElsewhereUnconfirmed:      "счёт найден по номеру у поставщика или в прежней системе, но ни адрес, ни фамилия его не подтверждают",
	ReasonSeveralElsewhere:          "номеру у поставщиков или в прежней системе соответствуют несколько лицевых счетов",
	ReasonFlatDiffers:               "дом совпадает, но квартира или комната в заявке другая, чем у лицевого счёта",
	ReasonSurnameDiffers:            "счёт найден, но фамилия в заявке другая, чем у плательщика",
	ReasonNumberUnconfirmed:         "номер лицевого счёта найден, но ни адрес, ни фамилия его не подтверждают",
	ReasonUnifiedUnconfirmed:        "ЕЛС или идентификатор ЖКУ найден, но ни адрес, ни фамилия его не подтверждают",
	ReasonSeveralByNumber:           "номеру соответствуют несколько лицевых счетов",
	ReasonSeveralByUnified:          "ЕЛС или идентификатору ЖКУ соответствуют несколько лицевых счетов",
	ReasonNumberSpoiled:             "номер лицевого счёта искажён (вид 1,23E+14, похожие буквы, пробелы или потерянные нули), проверьте предложенные счета",
	ReasonNumberNotFound:            "номер лицевого счёта не найден, а адреса в заявке нет",
	ReasonUnifiedNotFound:           "ЕЛС или идентификатор ЖКУ не найден, а адреса в заявке нет",
	ReasonAddressNotUnderstood:      "адрес понят не полностью",
	ReasonAddressIncomplete:         "в адресе не хватает населённого пункта, улицы или номера дома",
	ReasonHouseNotFound:             "дом не найден",
	ReasonSeveralHouses:             "адресу соответствуют несколько домов",
	ReasonFlatMissing:               "в адресе нет номера квартиры",
	ReasonFlatNotFound:              "в доме нет лицевого счёта такой квартиры",
	ReasonRoomNotFound:              "в квартире нет лицевого счёта такой комнаты",
	ReasonSeveralInPremises:         "помещению соответствуют несколько лицевых счетов",
	ReasonSurnameUnknown:            "адрес найден, но фамилию сравнить не с чем",
	ReasonNothingToCompare:          "в заявке нет ни номера лицевого счёта, ни ЕЛС, ни адреса",
	ReasonLinkUndone:                "связь с этим лицевым счётом отменил оператор, заново её устанавливает только он",
	ReasonProxyExpired:              "срок доверенности представителя истёк",
	ReasonConsentRefused:            "сособственники (собственник) не согласны с заявкой",
	ReasonSharesExceed:              "вместе с этой заявкой доли собственников лицевого счёта в сумме больше единицы",
}
