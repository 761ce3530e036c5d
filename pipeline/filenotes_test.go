package pipeline_test

import (
	"strings"
	"testing"

	"github.com/kvitok-gkh/kvitok/town"
)

// What was noticed of a file as a whole is told in its answer: a column whose name is
// misspelt is not read, and nobody but its sender can say so.
func TestNotesOfAFileAreAnswered(t *testing.T) {
	t.Parallel()
	w := settled(t, 40)
	const text = "\ufeffЛицевой счёт;Услуга;ИНН получателя;Месяц;Сальдо;Прожывает\r\n" +
		"0100001005;Отопление;9900173450;10.2026;1,00;3"
	w.take(t, town.Office, "notes_of_file.csv", text)
	answer := w.answerTo(t, "notes_of_file.csv")
	for _, told := range []string{
		"\r\n# Замечание: столбец «Прожывает»: столбец не известен и не читается\r\n",
		"\r\n# Замечание: последняя строка не завершена переводом строки",
	} {
		if strings.Count(answer, told) != 1 {
			t.Errorf("the answer does not say once %q:\n%s", told, answer)
		}
	}
}
