package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/transform"

	"github.com/kvitok-gkh/kvitok/dbase"
	"github.com/kvitok-gkh/kvitok/town"
)

// benchMade are figures of work on made files or ledgers of one size.
type benchMade struct {
	Machine string       `json:"machine"`
	Stages  []benchStage `json:"stages"`
}

// madeFile is a file of good rows of one kind.
type madeFile struct {
	name string
	rows int
	make func(w *os.File, rows int) error
}

// A workbook is read at a twentieth of the speed of a text, so that it has fewer rows unless many are asked for.
const workbookShare = 5

func (e *environment) benchParseCommand() *cobra.Command {
	var rows int
	c := &cobra.Command{
		Use: "parse [FILE...]", Short: "Read made files of every bulk kind: rows a second on one core, peak memory",
		Long: "Writes a file of --rows rows of each kind that comes in bulk (csv, text by a profile, dBase; a workbook of a fifth of them) and reads it\n" +
			"as an import does, without a database: recognise, decode, check every cell. Rows a second are those of one core: of processor\n" +
			"time, whatever else the machine does. Peak memory is that of this process. Names as they stand in the table measure those files only.",
	}
	c.Flags().IntVar(&rows, "rows", 200_000, "rows of each file")
	c.RunE = e.do(func(ctx context.Context, names []string) error {
		if rows < workbookShare {
			return &usageError{fmt.Sprintf("--rows is at least %d", workbookShare)}
		}
		files, err := chosenFiles(bulkFiles(rows), names)
		if err != nil {
			return err
		}
		result := benchMade{Machine: machine()}
		for _, file := range files {
			stage, err := e.benchParse(ctx, file)
			if err != nil {
				return fmt.Errorf("parse %s: %w", file.name, err)
			}
			result.Stages = append(result.Stages, stage)
		}
		return e.print(result, func(w io.Writer) {
			say(w, "%s, kvitok %s", result.Machine, version)
			say(w, "")
			say(w, "| file | rows | CPU s | rows/s a core | peak MB |")
			say(w, "|---|--:|--:|--:|--:|")
			for _, s := range result.Stages {
				say(w, "| %s | %d | %.2f | %.0f | %d |", s.Name, s.Items, s.CPU, float64(s.Items)/max(s.CPU, minCPU), s.PeakMB)
			}
		})
	})
	return c
}

// chosenFiles are those of the names, all where there are none.
func chosenFiles(files []madeFile, names []string) ([]madeFile, error) {
	if len(names) == 0 {
		return files, nil
	}
	var chosen []madeFile
	for _, name := range names {
		at := slices.IndexFunc(files, func(f madeFile) bool { return f.name == name })
		if at < 0 {
			return nil, &usageError{"there is no made file " + name}
		}
		chosen = append(chosen, files[at])
	}
	return chosen, nil
}

// minCPU keeps a rate of tiny files finite.
const minCPU = 1e-6

func (e *environment) benchParse(ctx context.Context, file madeFile) (stage benchStage, err error) {
	folder, err := os.MkdirTemp("", "kvitok-bench-")
	if err != nil {
		return stage, fmt.Errorf("make a folder: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	path := filepath.Join(folder, file.name)
	target, err := os.Create(path) //nolint:gosec // in a folder of our own
	if err != nil {
		return stage, fmt.Errorf("create the file: %w", err)
	}
	if err := errors.Join(file.make(target, file.rows), target.Close()); err != nil {
		return stage, err
	}
	stage, err = e.measure(cpuMeter{}, file.name, "rows", func() (int, error) { return parse(ctx, path) })
	if err == nil && stage.Items < file.rows {
		return stage, fmt.Errorf("only %d of %d rows were read", stage.Items, file.rows)
	}
	return stage, err
}

// bulkFiles are files of the kinds that come with a million rows.
func bulkFiles(rows int) []madeFile {
	lines := func(name, head string, row func(n int) string, tail func(rows int) string) madeFile {
		return madeFile{name: name, rows: rows, make: func(w *os.File, rows int) error {
			return writeRows1251(w, head, tail(rows), func(write func(string) error) error {
				for n := range rows {
					if err := write(row(n)); err != nil {
						return err
					}
				}
				return nil
			})
		}}
	}
	none := func(int) string { return "" }
	water := [...]string{"Холодное водоснабжение", "Горячее водоснабжение"}
	return []madeFile{
		lines("accounts.csv", "Лицевой счёт;ЕЛС;Идентификатор ЖКУ;Адрес дома;Квартира;Комната;Вид помещения;Плательщик;"+
			"Площадь, м2;Проживает;Собственников;Право;Действует с;Закрыт\r\n", func(n int) string {
			return fmt.Sprintf("%010d;;;г. Примерск, ул. Садовая, д. %d;%d;;квартира;Тестов Иван Петрович;%d,3;2;1;собственник;01.01.2020;\r\n",
				n, n/100+1, n%100+1, n%60+20)
		}, none),
		lines("meters.csv", "Лицевой счёт;Услуга;Номер прибора;Зоны;Разрядность;Дата ввода;Поверен до;Начальные показания\r\n", func(n int) string {
			return fmt.Sprintf("%010d;%s;ХВ-%06d;1;5;01.06.2022;01.06.2028;%d,123\r\n", n/2, water[n%2], n, n%900)
		}, none),
		lines("balances.csv", "Лицевой счёт;Услуга;ИНН получателя;Месяц;Сальдо\r\n", func(n int) string {
			return fmt.Sprintf("%010d;%s;9900123450;10.2026;%d,50\r\n", n/2, water[n%2], n%9000)
		}, none),
		lines("readings.csv", "", func(n int) string {
			return fmt.Sprintf("ООО УК ПРИМЕР;%013d;г. Примерск, ул. Примерная, д. %d, кв. %d;501;ХВ-%06d;25.10.2026;%d.125\r\n",
				1_000_000_000_000+n, n/100+1, n%100+1, n, n%900)
		}, none),
		lines("payments_sber_a_001.txt", "", func(n int) string {
			return fmt.Sprintf("02-10-2026;09-15-00;9999/00138;9999999V;%012d;%010d;ТЕСТОВ ИВАН ПЕТРОВИЧ;г. Примерск, ул. Примерная, д. 1, кв. 1;"+
				"0926;1500,00;1478,40;21,60;2\r\n", n+1, n)
		}, func(rows int) string {
			return fmt.Sprintf("=%d;%d,00;%s;%s;411378;03-10-2026\r\n", rows, rows*1500, kopecks(rows*147840), kopecks(rows*2160))
		}),
		lines("payments_pipe.txt", "", func(n int) string {
			return fmt.Sprintf("03.10.2026|000042|02.10.2026|00138|%05d|%06d|%07d.00|%010d\r\n", n/1000, n%1000, n%9000+1, n)
		}, none),
		lines("payments_17.txt", "", func(n int) string {
			return fmt.Sprintf("%013d|1500.00|021026%020d|411378|03.10.2026|%d|12.5||||||||||\r\n", 1_000_000_000_000+n, n, n)
		}, none),
		{name: "debts.dbf", rows: rows, make: writeDebts},
		{name: "residents.xlsx", rows: rows / workbookShare, make: writeResidents},
	}
}

func kopecks(n int) string { return fmt.Sprintf("%d,%02d", n/100, n%100) }

// writeRows1251 writes a text as partners do, in windows-1251.
func writeRows1251(w io.Writer, head, tail string, rows func(write func(string) error) error) error {
	buffered := bufio.NewWriter(w)
	encoded := transform.NewWriter(buffered, charmap.Windows1251.NewEncoder())
	write := func(line string) error {
		_, err := io.WriteString(encoded, line)
		return err //nolint:wrapcheck // wrapped below
	}
	if err := errors.Join(write(head), rows(write), write(tail), encoded.Close(), buffered.Flush()); err != nil {
		return fmt.Errorf("write the rows: %w", err)
	}
	return nil
}

// writeDebts writes a table of dBase with the debts of so many accounts.
func writeDebts(w *os.File, rows int) error {
	const cp866 = 0x65
	table, err := dbase.NewWriter(w, dbase.Header{CodePage: cp866, Fields: []dbase.Field{
		{Name: "DATA", Kind: dbase.Date, Length: 8},
		{Name: "LS", Kind: dbase.Number, Length: 13},
		{Name: "ADDR", Kind: dbase.Character, Length: 70},
		{Name: "SUMMA", Kind: dbase.Number, Length: 10, Decimals: 2},
	}}, func(dst []byte, text string) []byte {
		encoded, err := charmap.CodePage866.NewEncoder().String(text)
		if err != nil {
			return append(dst, '?')
		}
		return append(dst, encoded...)
	})
	if err != nil {
		return fmt.Errorf("begin the table: %w", err)
	}
	for n := range rows {
		cells := []string{
			"20261001", fmt.Sprintf("%013d", 1_000_000_000_000+n), fmt.Sprintf("г. Примерск, ул. Примерная, д. %d, кв. %d", n/100+1, n%100+1),
			fmt.Sprintf("%d.50", n%9000),
		}
		if err := table.Write(false, cells); err != nil {
			return fmt.Errorf("write row %d: %w", n+1, err)
		}
	}
	if err := table.Close(); err != nil {
		return fmt.Errorf("end the table: %w", err)
	}
	return nil
}

// writeResidents writes the workbook of the residents of a town with so many accounts.
func writeResidents(w *os.File, rows int) error {
	t, err := town.New(town.Config{Accounts: rows, Seed: townSeed})
	if err != nil {
		return fmt.Errorf("make a town: %w", err)
	}
	for _, file := range t.Files() {
		if file.Name == "residents.xlsx" {
			return file.Write(w)
		}
	}
	return errors.New("the town has no residents.xlsx")
}
