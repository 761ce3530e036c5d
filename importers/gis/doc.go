// Package gis owns the workbooks of ГИС ЖКХ that come back to the organisation: «Экспорт ЕЛС», and its
// templates of accounts, meters, readings and payment documents with the columns that the system fills in. Columns are found
// by their titles, wherever they stand; dates are ДД.ММ.ГГГГ, numbers have a decimal comma. It does not own
// the services of ГИС ЖКХ nor the workbooks that go out (exporters/gisbooks).
//
// Source: templates 11.11.0.5 (accounts), 11.10.0.3 (meters), 13.1.3.1 (readings), seen and as working
// generators write them. The system changes its templates: a workbook without one of the columns is
// refused, never guessed.
package gis
