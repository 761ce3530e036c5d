// Package sectioned owns the sectioned load, «формат наследуемой информации» 1.2–1.3.8: one text with
// objects of all kinds of one organisation and month, the kind of a row in its first cell. It does not
// own the answer to it (exporters/protocols) nor what a fact of it does (pipeline).
//
// windows-1251 or another encoding, «|» between and behind the cells, dates dd.mm.yyyy. Decimals take a
// comma and an exponent. Empty lines are passed over. The cells that are read, after the type:
//
//	 1 header      версия, тип файла, организация, подразделение, ИНН, КПП, № файла, дата, телефон, ФИО,
//	               месяц начислений, кол-во записей (all rows, this one too); some write the type and the
//	               version twice, 1|1.3.8|1|1.3.8|Загрузка, and are answered so
//	 2 юр. лица    код, наименование, краткое, два адреса, ИНН, КПП
//	 3 дома        УКДС, код, город, село, улица, дом, корпус, код ЮЛ, благоустройство, этажность, дата
//	               постройки, площади (общая, общего имущества, полезная), МО, доп, кол-во ЛС, кол-во ОДПУ,
//	               КЛАДР, ФИАС
//	 4 ЛС          УКАС, код дома, № ЛС, тип (1 квартира, 2 арендатор), Ф, И, О, ДР, кв, комната, открыт,
//	               основание, закрыт, основание, проживает, прибыло, убыло, комнат, площадь …
//	 5 договоры    код, агент, принципал, поставщик (код ЮЛ)
//	 6 услуги ЛС   № ЛС, договор, услуга, вх. сальдо, ЭОТ, %, тариф, ед., расход, норматив, вид, начислено,
//	               перерасчёт, дотация, льгота, СМО, оплачено, признак, исх. сальдо
//	 9, 11 ОДПУ, ИПУ        код дома or № ЛС, код ПУ, услуга, зона (1 день, 2 ночь), тип, разрядность, коэф.,
//	                        зав. №, ед., поверка, след. поверка, доп, закрытие
//	10, 12 показания        код ПУ, тип (1 показание, 2 расход за месяц), дата, значение, услуга
//	13 услуги               код, имя
//	15 жильцы               № ЛС, № гражданина, Ф, И, О
//	22 оплаты               № ЛС, операция (1 оплата, 2 сторно), № документа, дата оплаты, дата учёта, дата
//	                        корректировки, сумма, источник, месяц, пачка, код оплаты
//	25 услуги ЛС            № ЛС, услуга, поставщик (код ЮЛ), с, по
//	26 пачки                №, дата п/п, № п/п, сумма, кол-во
//	27 реестр ЛС            № ЛС, ЛС наследуемой системы, ЛС поставщика, ЛС соцзащиты
//	28 временно убывшие     № ЛС, № гражданина, с, по
//
// Rows of the other sections hold nothing that Kvitok keeps; their number is noted. Source: public loaders
// of the format and files seen; the cells of 15, 25, 27 and 28 are inferred, and the codes of services
// where section 13 does not name them.
package sectioned
