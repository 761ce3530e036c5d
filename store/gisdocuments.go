package store

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/kvitok-gkh/kvitok/housing"
)

// ApplyGISDocuments stores the numbers that ГИС ЖКХ gave to documents of ours. One that replaces another is noted;
// a number that stands with another document is rejected.
func (t *Tx) ApplyGISDocuments(ctx context.Context, organisation, source int64, rows []housing.GISDocumentEntry) ([]housing.Outcome, error) {
	type row = housing.GISDocumentEntry
	outcomes := make([]housing.Outcome, len(rows))
	rejectRepeats(rows, outcomes, func(r row) string { return r.Period.String() + "|" + r.Number }, "Номер платежного документа")
	rejectRepeats(rows, outcomes, func(r row) string { return r.GIS }, "Идентификатор платежного документа")
	kept, indexes := standing(rows, outcomes)
	if err := t.checkGISDocuments(ctx, organisation, kept, outcomes, indexes); err != nil {
		return nil, err
	}
	kept, indexes = standing(rows, outcomes)
	const sql = `
WITH incoming AS (
    SELECT t.period::date AS period, t.number, t.gis_number, t.pos, t.ord
    FROM unnest($3::text[], $4::text[], $5::text[], $6::bigint[]) WITH ORDINALITY AS t(period, number, gis_number, pos, ord)),
changed AS (
    INSERT INTO gis_documents AS g (organisation_id, period, number, gis_number, account_id, source_id, source_pos)
    SELECT $1, i.period, i.number, i.gis_number, d.account_id, $2, i.pos
    FROM incoming i JOIN documents d ON d.organisation_id = $1 AND d.period = i.period AND d.number = i.number
    ON CONFLICT (organisation_id, period, number) DO UPDATE SET gis_number = EXCLUDED.gis_number, account_id = EXCLUDED.account_id,
        source_id = EXCLUDED.source_id, source_pos = EXCLUDED.source_pos
    WHERE (g.gis_number, g.account_id) IS DISTINCT FROM (EXCLUDED.gis_number, EXCLUDED.account_id)
    RETURNING period, number)
SELECT ord FROM incoming JOIN changed USING (period, number)`
	args := append([]any{organisation, source}, gisDocumentColumns(kept)...)
	args = append(args, column(kept, func(r row) int64 { return r.Source.Position }))
	if err := t.markAccepted(ctx, outcomes, indexes, sql, args...); err != nil {
		return nil, fmt.Errorf("store numbers of documents: %w", err)
	}
	return outcomes, nil
}

func gisDocumentColumns(rows []housing.GISDocumentEntry) []any {
	return []any{
		column(rows, func(r housing.GISDocumentEntry) string { return r.Period.First().String() }),
		column(rows, func(r housing.GISDocumentEntry) string { return r.Number }),
		column(rows, func(r housing.GISDocumentEntry) string { return r.GIS }),
	}
}

// checkGISDocuments looks each row up: the document that it names, the number it had, and with what its new number
// stands.
func (t *Tx) checkGISDocuments(ctx context.Context, organisation int64, rows []housing.GISDocumentEntry, outcomes []housing.Outcome, indexes []int) error {
	const sql = `
SELECT t.ord, COALESCE(a.number, ''), COALESCE(a.service_code, ''), COALESCE(had.gis_number, ''), COALESCE(other.number, '')
FROM unnest($2::text[], $3::text[], $4::text[]) WITH ORDINALITY AS t(period, number, gis_number, ord)
LEFT JOIN documents d ON d.organisation_id = $1 AND d.period = t.period::date AND d.number = t.number
LEFT JOIN accounts a ON a.id = d.account_id
LEFT JOIN gis_documents had ON had.organisation_id = $1 AND had.period = t.period::date AND had.number = t.number
LEFT JOIN gis_documents other ON other.organisation_id = $1 AND other.gis_number = t.gis_number
    AND (other.period, other.number) <> (t.period::date, t.number)`
	found, err := t.Query(ctx, sql, append([]any{organisation}, gisDocumentColumns(rows)...)...)
	if err != nil {
		return fmt.Errorf("look for documents: %w", err)
	}
	var ordinal int64
	var account, service, had, other string
	_, err = pgx.ForEachRow(found, []any{&ordinal, &account, &service, &had, &other}, func() error {
		r, end := rows[ordinal-1], &outcomes[indexes[ordinal-1]]
		switch {
		case account == "":
			reject(end, "unknown_document", "Номер платежного документа", r.Number, "такого документа за этот месяц нет в реестре выпущенных")
		case service != r.ServiceID:
			reject(end, "wrong_service_id", "Идентификатор ЖКУ", r.ServiceID, "у лицевого счёта "+account+" этого документа другой идентификатор ЖКУ: "+orNone(service))
		case other != "":
			reject(end, "document_id_elsewhere", "Идентификатор платежного документа", r.GIS, "этот идентификатор уже у документа "+other)
		case had != "" && had != r.GIS:
			end.Problems = append(end.Problems, housing.Problem{
				Code: "document_id_replaced", Column: "Идентификатор платежного документа", Value: r.GIS, Severity: housing.SeverityWarning,
				Text: "у документа был идентификатор " + had + ", он заменён",
			})
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("look for documents: %w", err)
	}
	return nil
}

func orNone(text string) string {
	if text == "" {
		return "его нет"
	}
	return text
}
