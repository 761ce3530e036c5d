package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

// ReportDelivery is a report queued for somebody.
type ReportDelivery struct {
	Organisation int64
	Delivery     string
	Report       string
	Period       housing.Period
	Rows         int
	Moment       time.Time // of the data
	QueuedAt     time.Time
	QueuedBy     string
}

// QueueReport queues the file of a report and notes it in the journal. The same content under the same name
// is queued once for each destination; queued is false then, and nothing is noted.
func (t *Tx) QueueReport(ctx context.Context, d ReportDelivery, file Outgoing) (queued bool, err error) {
	const put = `
INSERT INTO outgoing (destination, name, staged, sha256, size, created_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (destination, name, sha256) DO NOTHING RETURNING id`
	const note = `
INSERT INTO report_deliveries (organisation_id, delivery, report, period, row_count, moment, outgoing_id, queued_at, queued_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
	var id int64
	err = t.QueryRow(ctx, put, file.Destination, file.Name, file.Staged, file.SHA256, file.Size, d.QueuedAt).Scan(&id)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	if err == nil {
		_, err = t.Exec(ctx, note, d.Organisation, d.Delivery, d.Report, d.Period, d.Rows, d.Moment, id, d.QueuedAt, d.QueuedBy)
	}
	if err != nil {
		return false, fmt.Errorf("queue the report %s for %s: %w", file.Name, file.Destination, err)
	}
	return true, nil
}

// DeliveredReport is one line of the journal of reports.
type DeliveredReport struct {
	QueuedAt    time.Time      `json:"queued_at"`
	Delivery    string         `json:"delivery"`
	QueuedBy    string         `json:"queued_by"`
	INN         string         `json:"inn"`
	Report      string         `json:"report"`
	Period      housing.Period `json:"period"`
	Rows        int            `json:"rows"`
	Destination string         `json:"destination"`
	Name        string         `json:"name"`
	SHA256      string         `json:"sha256"`
	DeliveredAt *time.Time     `json:"delivered_at"` // nil: it waits
	Failures    int            `json:"failures"`
	RetryAt     *time.Time     `json:"retry_at,omitempty"`
	LastError   string         `json:"last_error,omitzero"`
}

// DeliveredReports returns the newest lines of the journal, newest first; of one delivery where it is named.
func (q Queries) DeliveredReports(ctx context.Context, delivery string, limit int) ([]DeliveredReport, error) {
	const sql = `
SELECT d.queued_at, d.delivery, d.queued_by, o.inn, d.report, d.period, d.row_count AS rows, f.destination, f.name, f.sha256, f.delivered_at,
    f.attempts AS failures, CASE WHEN f.delivered_at IS NULL THEN f.retry_at END AS retry_at, f.last_error
FROM report_deliveries d JOIN outgoing f ON f.id = d.outgoing_id JOIN organisations o ON o.id = d.organisation_id
WHERE $1 = '' OR d.delivery = $1 ORDER BY d.id DESC LIMIT NULLIF($2, 0)`
	return collectStructs[DeliveredReport](ctx, q, "read the journal of reports", sql, delivery, limit)
}
