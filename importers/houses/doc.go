// Package houses owns the inbound formats of facts of a house as a whole: who manages it, what its owners
// decided, its equipment, failures of its meters, its months, its waste, acts on the quality of services.
// It does not own houses themselves and their accounts (importers/accounts), the volumes of house meters
// (importers/readings), or how facts are dated and stored (pipeline, store).
//
// A workbook may have any of the sheets; each of them may also come as a csv file of its own, cells
// separated by «;», windows-1251 or UTF-8, with the same header. A star marks what every row must have;
// columns without a star may be missing.
//
//	Управление домами:         Адрес дома* | Способ управления* | Действует с* | по | Документ
//	Решения собственников:     Адрес дома* | Услуга* | Способ начисления* | Сверх норматива платят |
//	                           Действует с* | по | Документ*
//	Оснащение домов:           Адрес дома* | Услуга* | ОДПУ передаёт показания сам | Открытая система |
//	                           Норматив до 2012 года | Действует с* | по | Документ
//	Коммунальные квартиры:     Адрес дома* | Квартира* | Общая площадь квартиры, м²* | Действует с* | по | Документ
//	Отказы ОДПУ:               Адрес дома* | Услуга* | ОДПУ не учитывает с* | Учитывает снова с | Документ*
//	Сведения о доме за месяц:  Адрес дома* | Услуга* | Месяц* | Объём вне расчёта | На производство |
//	                           Дней отопления | Температура наружного воздуха, °C | Проживает в доме
//	Приготовление в доме:      Адрес дома* | Услуга* | Месяц* | Израсходованный ресурс* | Израсходовано*
//	Вывоз ТКО:                 Адрес дома* | Месяц* | Вместимость контейнера, м³* | Контейнеров* | Вывозов* | Документ
//	ТКО за год:                Адрес дома* | Год* | Стоимость вывоза за год, руб.* | Доли всех счетов* |
//	                           Месяц перерасчёта* | Документ*
//	Акты качества:             Адрес дома* | Лицевые счета | Услуга* | Вид нарушения* | Начало* | Окончание* |
//	                           Температура, °C | Угловая комната | Авария | Источников питания | Документ*
//
// «по» is the last day, «Учитывает снова с» the first one. Источник: the formats are Kvitok's own.
package houses
