package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/signintech/gopdf"
)

// plainLimit is how many items a second a stage could do at best: the same work by hand, with nothing else
// around it, measured once on two cores of an EPYC under Debian 12 with PostgreSQL 15. It puts a figure of
// the bench into proportion; it is no promise of another machine. 0: never measured.
func plainLimit(stage, unit string) float64 {
	switch stage + "/" + unit {
	case "import/rows":
		return 1_000_000 / 0.75 // accounts of a CSV, read
	case "readings/messages":
		return 545_000 // one reader of a group
	case "/lines":
		return 12_000_000 / 7.9 // loaded bare, then keyed
	case "ledger/balances":
		return 12_000_000 / 2.4 / 12 // lines added up by account, twelve an account
	case "receipts/pages":
		return 3_089 // a stream of PDF written by hand
	case "reports/rows":
		return 90_000 // XML of a sheet written by hand
	case "payments/payments":
		return 1_000_000 / 0.5 // imported
	}
	return 0
}

// benchLimits measures what the machine could do at best: the charge rows by COPY into a table without
// index, key or partition, and empty pages.
func (e *environment) benchLimits(ctx context.Context, s *site, lines int, result *benchResult) error {
	copied, err := e.measureCopy(ctx, s.app.store.Pool(), result.meter, lines)
	if err != nil {
		return fmt.Errorf("measure a raw COPY: %w", err)
	}
	pages, err := e.measure(result.meter, "empty page, one core", "pages", func() (int, error) { return emptyPages(2000) })
	if err != nil {
		return fmt.Errorf("measure empty pages: %w", err)
	}
	result.Limits = append(result.Limits, copied, pages)
	return nil
}

// measureCopy sends as many rows as there are charges; their values are those of some real ones.
func (e *environment) measureCopy(ctx context.Context, pool *pgxpool.Pool, meter cpuMeter, lines int) (measured benchStage, err error) {
	rows, err := pool.Query(ctx, "SELECT * FROM charges LIMIT 1000")
	if err != nil {
		return measured, fmt.Errorf("read some charges: %w", err)
	}
	var columns []string
	for _, field := range rows.FieldDescriptions() {
		columns = append(columns, field.Name)
	}
	some, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) ([]any, error) { return row.Values() })
	if err != nil {
		return measured, fmt.Errorf("read some charges: %w", err)
	}
	if len(some) == 0 {
		return measured, errors.New("there are no charges")
	}
	if _, err := pool.Exec(ctx, "CREATE TABLE bench_copy (LIKE charges)"); err != nil {
		return measured, fmt.Errorf("make a table: %w", err)
	}
	defer func() {
		_, dropped := pool.Exec(ctx, "DROP TABLE bench_copy")
		err = errors.Join(err, dropped)
	}()
	return e.measure(meter, "raw COPY, one connection", "lines", func() (int, error) {
		source := pgx.CopyFromSlice(lines, func(i int) ([]any, error) { return some[i%len(some)], nil })
		n, err := pool.CopyFrom(ctx, pgx.Identifier{"bench_copy"}, columns, source)
		return int(n), err
	})
}

func emptyPages(count int) (int, error) {
	var page gopdf.GoPdf
	page.Start(gopdf.Config{PageSize: *gopdf.PageSizeA4})
	for range count {
		page.AddPage()
	}
	if _, err := page.WriteTo(io.Discard); err != nil {
		return 0, fmt.Errorf("write empty pages: %w", err)
	}
	return count, nil
}
