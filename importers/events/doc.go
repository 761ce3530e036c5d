// Package events owns the inbound formats of what happens to accounts and their meters: guests and
// absences, violations, acts on meters, control readings, and what heat distributors and solid waste came
// to in a year. It does not own accounts and meters themselves (importers/accounts), ordinary readings
// (importers/readings), or how facts are dated and stored (pipeline, store).
//
// A workbook may have any of the sheets; each of them may also come as a csv file of its own, cells
// separated by «;», windows-1251 or UTF-8, with the same header. A star marks what every row must have;
// columns without a star may be missing.
//
//	Временно проживающие:    Лицевой счёт* | Временно проживает* | Действует с* | по | Документ*
//	Временное отсутствие:    Лицевой счёт* | Отсутствует* | Выбыл* | Вернулся | Дата заявления |
//	                         Аварийное расселение | Документ*
//	Акты о нарушениях:       Лицевой счёт* | Услуга* | Нарушение* | Действует с* | по* | Дата акта* |
//	                         Мощность подключения | Документ*
//	Акты по приборам учёта:  Лицевой счёт* | Услуга* | Номер прибора* | Событие* | Дата события* |
//	                         Учитывает снова с | Документ
//	Контрольные показания:   Лицевой счёт* | Услуга* | Номер прибора* | Дата проверки* | Показания при проверке*
//	Распределители:          Лицевой счёт* | Год* | Показания распределителей*
//	Доли ТКО:                Лицевой счёт* | Год* | Доля в ТКО за год* | Начислено за год, руб.*
//
// «по» is the last day, «Учитывает снова с» the first one. Показания: one value for each zone, separated by
// " / ". Источник: the formats are Kvitok's own.
package events
