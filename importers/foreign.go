package importers

import "slices"

// notOurs says of a workbook that holds a table well known in the trade, but nothing that Kvitok keeps, why
// it is refused; "" for any other.
func notOurs(s *Sample) string {
	tables := []struct {
		columns []string
		reason  string
	}{
		{
			[]string{"заявка от жителя", "описание проблемы"},
			"это таблица заявок жителей: заявок Kvitok не ведёт, загрузите её в систему диспетчерской",
		},
		{
			[]string{"роль", "специализация", "должность"},
			"это таблица сотрудников: кадров Kvitok не ведёт, доступ сотрудникам даёт администратор в настройках",
		},
	}
	for _, rows := range s.Tables {
		for _, row := range rows {
			names := make([]string, len(row))
			for i, cell := range row {
				names[i] = heading(cell)
			}
			for _, t := range tables {
				if !slices.ContainsFunc(t.columns, func(column string) bool { return !slices.Contains(names, column) }) {
					return t.reason
				}
			}
		}
	}
	return ""
}
