// Package accounts owns the inbound formats of houses, personal accounts, their services, meters and
// opening balances. It does not own how an address becomes a house (matching) or how facts are
// dated and stored (pipeline, store).
//
// A workbook may have any of five sheets; each of them may also come as a csv file of its own, cells
// separated by «;», windows-1251 or UTF-8, with the same header. A star marks what every row must
// have; columns without a star may be missing.
//
//	Дома:           Адрес* | ФИАС | Вид дома* | Площадь помещений, м² | Площадь общего имущества, м²
//	Лицевые счета:  Лицевой счёт* | ЕЛС | Идентификатор ЖКУ | Адрес дома* | Квартира | Комната |
//	                Вид помещения* | Плательщик | Площадь, м²* | Проживает* | Собственников | Право* |
//	                Действует с* | Закрыт
//	Услуги:         Адрес дома* | Лицевой счёт | Услуга* | ИНН получателя* |
//	                Возможность установки ИПУ | Категория | Оборудование | Собственный источник тепла |
//	                Кj | Кс | Действует с* | по
//	Приборы учёта:  Лицевой счёт* | Услуга* | Номер прибора* | Зоны | Разрядность* | Дата ввода* |
//	                Поверен до | Начальные показания | Снят | Взамен прибора | Общий на квартиру
//	Сальдо:         Лицевой счёт* | Услуга* | ИНН получателя* | Месяц* | Месяц долга | Сальдо* | Дом итога
//	ОДПУ (csv):     Адрес дома* | Ресурс* | Заводской номер ОДПУ* | Тарифов | Коэффициент трансформации |
//	                Код точки учёта | Дата ввода | Срок поверки | Снят
//
// Вид дома: МКД, жилой дом. Вид помещения: квартира, комната, жилой дом, нежилое помещение. Право:
// собственник, наниматель. Возможность установки ИПУ: да (also where empty), нет. Зоны: 1, 2 (день,
// ночь) or 3 (пик, полупик, ночь). Начальные показания: one value for each zone, separated by " / ".
// Оборудование (gas): приготовление пищи,
// нагрев воды, отопление, separated by commas. A row of Сальдо whose account is «ИТОГО» is a control row: what the
// balances of «Дом итога» (empty: of all houses) and of Услуга (empty: of all) come to. «по» is the last day; «Закрыт», «Снят» and «Поверен до» are the first day on which it is over. Source: the
// formats are Kvitok's own.
package accounts
