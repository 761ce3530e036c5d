// Package papers owns the inbound formats of what is printed on payment documents and is no fact of
// charging: schedules of instalments, where documents are sent, postal indexes of houses, money
// spent on houses. It does not own
// e-mail addresses (importers/residents), how a document looks (receipts), or the ledger.
//
// A workbook may have any of the sheets; each of them may also come as a csv file of its own, cells
// separated by «;», windows-1251 or UTF-8, with the same header. A star marks what every row must have;
// columns without a star may be missing.
//
//	График рассрочки:   Лицевой счёт* | Месяц* | Документ* | Платёж по рассрочке* | Проценты | Ставка, % годовых |
//	                    Остаток долга
//	Адреса доставки:    Лицевой счёт* | Адрес доставки | Почтовый индекс
//	Почтовые индексы:   Адрес дома* | Почтовый индекс*
//
// «Месяц» is the month of the document that the payment is due with. A row without «Адрес доставки» sends the
// documents to the premises again. Источник: the formats are Kvitok's own.
package papers
