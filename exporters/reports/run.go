package reports

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"time"

	"github.com/kvitok-gkh/kvitok/exporters/workbook"
	"github.com/kvitok-gkh/kvitok/housing"
)

// RunProtocol is what happened in a run. A nil sequence has no rows.
type RunProtocol struct {
	Stages   []Stage
	Files    iter.Seq2[housing.ReceivedFile, error]
	Rejected iter.Seq2[RejectedRow, error]
	Findings iter.Seq2[HouseFinding, error]
	Totals   []Total // further lines of the sheet «Контроль»
}

// Stage is one step of the run.
type Stage struct {
	Title  string // in Russian
	Items  int
	Took   time.Duration
	Result string // in Russian
	Failed bool
}

// RejectedRow is one row that was kept out.
type RejectedRow struct {
	File    string
	Problem housing.Problem
}

// HouseFinding is something the calculation noticed in a house.
type HouseFinding struct {
	House string // address
	housing.Finding
}

// Total is a named figure of the sheet «Контроль», written as given.
type Total struct {
	Name  string
	Value string
}

const runTitle = "Протокол прогона"

// WriteRunProtocol writes the протокол прогона: stages, files, rejected rows and the findings of the
// calculation, a sheet each. Control.Rows counts the rows of all sheets.
func WriteRunProtocol(w io.Writer, meta Meta, run RunProtocol) (control Control, err error) {
	book, err := workbook.New(meta.options(runTitle))
	if err != nil {
		return Control{}, err
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	digest := sha256.New()
	var tables []*table
	for _, section := range []struct {
		layout table
		fill   func(*table) error
	}{
		{stagesTable(), run.addStages},
		{filesTable(), run.addFiles},
		{rejectedTable(), run.addRejected},
		{findingsTable(), run.addFindings},
	} {
		section.layout.digest = digest
		t, err := newTable(book, meta, section.layout)
		if err != nil {
			return Control{}, err
		}
		if err := section.fill(t); err != nil {
			return Control{}, err
		}
		part, err := t.finish()
		if err != nil {
			return Control{}, err
		}
		control.Rows += part.Rows
		tables = append(tables, t)
	}
	control.SHA256 = hex.EncodeToString(digest.Sum(nil))
	if err := writeControl(tables, runTitle, control, run.Totals); err != nil {
		return Control{}, err
	}
	return control, book.Write(w)
}

func textColumn(title string, width float64) column {
	return column{title: title, width: width, format: workbook.TextFormat, wrap: true}
}

// rowsColumn counts rows of a file that ended in one way.
func rowsColumn(title string) column {
	return column{group: "Строк", title: title, width: 10, format: workbook.CountFormat, align: "right", sum: ofCounts}
}

func stagesTable() table {
	return table{title: runTitle + ": этапы", name: "Этапы", columns: []column{
		textColumn("Этап", 40),
		{title: "Обработано", width: 14, format: workbook.CountFormat, align: "right"},
		{title: "Время, с", width: 12, format: "#,##0.000", align: "right"},
		{title: "В секунду", width: 14, format: workbook.CountFormat, align: "right"},
		textColumn("Результат", 60),
	}}
}

func (r RunProtocol) addStages(t *table) error {
	for _, s := range r.Stages {
		t.text(s.Title)
		t.count(s.Items)
		seconds, err := housing.NewDecimal(s.Took.Milliseconds(), 3)
		if err != nil {
			return fmt.Errorf("write the time of a stage: %w", err)
		}
		t.number(seconds)
		if ms := s.Took.Milliseconds(); ms > 0 && s.Items > 0 {
			t.count(int(int64(s.Items) * 1000 / ms))
		} else {
			t.blank()
		}
		t.text(s.Result)
		if s.Failed {
			t.mark()
		}
		if err := t.end(); err != nil {
			return err
		}
	}
	return nil
}

func filesTable() table {
	return table{title: runTitle + ": файлы", name: "Файлы", columns: []column{
		textColumn("Файл", 38), textColumn("Отправитель", 16), textColumn("Формат", 18), textColumn("Получен", 20),
		rowsColumn("всего"), rowsColumn("принято"),
		rowsColumn("без изм."), rowsColumn("отклонено"),
		textColumn("Статус", 18), textColumn("Причина", 44),
	}}
}

func (r RunProtocol) addFiles(t *table) error {
	if r.Files == nil {
		return nil
	}
	for f, err := range r.Files {
		if err != nil {
			return fmt.Errorf("read a received file: %w", err)
		}
		t.text(f.Name)
		t.text(f.Partner)
		t.text(f.Format)
		t.text(t.meta.moment(f.Received))
		t.count(f.Counts.Rows)
		t.count(f.Counts.Accepted)
		t.count(f.Counts.Unchanged)
		t.count(f.Counts.Rejected)
		t.text(f.Status.Russian())
		t.text(f.Reason)
		if f.Status == housing.FileRefused || f.Status == housing.FilePartly {
			t.mark()
		}
		if err := t.end(); err != nil {
			return err
		}
	}
	return nil
}

func rejectedTable() table {
	return table{title: runTitle + ": отклонённые строки", name: "Отклонённые строки", columns: []column{
		textColumn("Файл", 38), textColumn("Лист", 16),
		{title: "Строка", width: 9, format: workbook.CountFormat, align: "right"},
		textColumn("Столбец", 20), textColumn("Значение", 26), textColumn("Ожидается", 26),
		textColumn("Код", 16), textColumn("Причина", 52),
	}}
}

func (r RunProtocol) addRejected(t *table) error {
	if r.Rejected == nil {
		return nil
	}
	for row, err := range r.Rejected {
		if err != nil {
			return fmt.Errorf("read a rejected row: %w", err)
		}
		p := row.Problem
		t.text(row.File)
		t.text(p.Sheet)
		t.count(p.Row)
		t.text(p.Column)
		t.text(p.Value)
		t.text(p.Expected)
		t.text(p.Code)
		t.text(p.Text)
		if err := t.end(); err != nil {
			return err
		}
	}
	return nil
}

func findingsTable() table {
	return table{title: runTitle + ": замечания расчёта", name: "Замечания расчёта", columns: []column{
		textColumn("Дом", 40), textColumn("Лицевой счёт", 16), textColumn("Услуга", 26),
		textColumn("Код", 20), textColumn("Замечание", 70), textColumn("Счёт удержан", 10),
	}}
}

func (r RunProtocol) addFindings(t *table) error {
	if r.Findings == nil {
		return nil
	}
	for f, err := range r.Findings {
		if err != nil {
			return fmt.Errorf("read a finding: %w", err)
		}
		held := ""
		if f.Held {
			held = "да"
			t.mark()
		}
		for _, text := range []string{f.House, f.Account, f.Service.Russian(), f.Code, f.Text, held} {
			t.text(text)
		}
		if err := t.end(); err != nil {
			return err
		}
	}
	return nil
}
