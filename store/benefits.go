package store

import (
	"context"
	"fmt"

	"github.com/kvitok-gkh/kvitok/housing"
)

// ApplyBenefits stores what authorities of social protection ask and grant, by person, account, service,
// organisation and month. An account that is not known is a warning: the answer says who could not be
// identified.
func (t *Tx) ApplyBenefits(ctx context.Context, organisation, source int64, rows []housing.BenefitEntry) ([]housing.Outcome, error) {
	const sql = `
WITH incoming AS (
    SELECT kind, account, last_name, first_name, patronymic, NULLIF(born, '')::date AS born, address, service, service_name, payee,
        NULLIF(period, '')::date AS period, area::numeric AS area, people, entitled, tariff::numeric AS tariff,
        volume::numeric AS volume, charged, benefit, debt, NULLIF(debt_since, '')::date AS debt_since, debt_months,
        NULLIF(until, '')::date AS until, pos, ord
    FROM unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[],
                $12::text[], $13::text[], $14::text[], $15::integer[], $16::integer[], $17::text[], $18::text[], $19::bigint[],
                $20::bigint[], $21::bigint[], $22::text[], $23::integer[], $24::text[], $25::bigint[])
        WITH ORDINALITY AS t(kind, account, last_name, first_name, patronymic, born, address, service, service_name, payee, period,
            area, people, entitled, tariff, volume, charged, benefit, debt, debt_since, debt_months, until, pos, ord)),
changed AS (
    INSERT INTO benefit_entries AS b (organisation_id, kind, account, last_name, first_name, patronymic, born, address, service,
        service_name, payee, period, area, people, entitled, tariff, volume, charged, benefit, debt, debt_since, debt_months,
        until, source_id, source_pos)
    SELECT $1, kind, account, last_name, first_name, patronymic, born, address, service, service_name, payee, period, area,
        people, entitled, tariff, volume, charged, benefit, debt, debt_since, debt_months, until, $2, pos
    FROM incoming
    ON CONFLICT (organisation_id, kind, account, last_name, first_name, patronymic, born, service_name, payee, period) DO UPDATE
    SET address = EXCLUDED.address, service = EXCLUDED.service, area = EXCLUDED.area, people = EXCLUDED.people,
        entitled = EXCLUDED.entitled, tariff = EXCLUDED.tariff, volume = EXCLUDED.volume, charged = EXCLUDED.charged,
        benefit = EXCLUDED.benefit, debt = EXCLUDED.debt, debt_since = EXCLUDED.debt_since, debt_months = EXCLUDED.debt_months,
        until = EXCLUDED.until, source_id = EXCLUDED.source_id, source_pos = EXCLUDED.source_pos
    WHERE (b.address, b.area, b.people, b.entitled, b.tariff, b.volume, b.charged, b.benefit, b.debt, b.debt_since, b.debt_months, b.until)
        IS DISTINCT FROM (EXCLUDED.address, EXCLUDED.area, EXCLUDED.people, EXCLUDED.entitled, EXCLUDED.tariff, EXCLUDED.volume,
            EXCLUDED.charged, EXCLUDED.benefit, EXCLUDED.debt, EXCLUDED.debt_since, EXCLUDED.debt_months, EXCLUDED.until)
    RETURNING b.source_pos, b.kind, b.account, b.last_name, b.first_name, b.patronymic, b.born, b.service_name, b.payee, b.period)
SELECT ord FROM incoming i JOIN changed c
    ON (c.kind, c.account, c.last_name, c.first_name, c.patronymic, c.service_name, c.payee)
        = (i.kind, i.account, i.last_name, i.first_name, i.patronymic, i.service_name, i.payee)
    AND (c.born, c.period) IS NOT DISTINCT FROM (i.born, i.period)`
	outcomes := make([]housing.Outcome, len(rows))
	rejectRepeats(rows, outcomes, func(b housing.BenefitEntry) string {
		return fmt.Sprint(b.Kind, "|", b.Account, "|", b.Person, "|", b.ServiceName, "|", b.Payee, "|", b.Period)
	}, "вид, лицевой счёт, гражданин, услуга, получатель, месяц")
	accounts, err := t.AccountIDs(ctx, organisation, column(rows, func(b housing.BenefitEntry) string { return b.Account }))
	if err != nil {
		return nil, err
	}
	for i, b := range rows {
		if accounts[b.Account] == 0 && outcomes[i].Verdict != housing.Rejected {
			outcomes[i].Problems = append(outcomes[i].Problems, housing.Problem{
				Code: "not_identified", Value: b.Account, Severity: housing.SeverityWarning,
				Text: "человек не идентифицирован: лицевой счёт не найден",
			})
		}
	}
	kept, indexes := standing(rows, outcomes)
	if err := t.markAccepted(ctx, outcomes, indexes, sql, append([]any{organisation, source}, benefitColumns(kept)...)...); err != nil {
		return nil, fmt.Errorf("store benefits: %w", err)
	}
	return outcomes, nil
}

func benefitColumns(rows []housing.BenefitEntry) []any {
	type row = housing.BenefitEntry
	text := func(value func(row) string) []string {
		return column(rows, func(b row) string { return storable(value(b)) })
	}
	count := func(value func(row) int) []int64 {
		return column(rows, func(b row) int64 { return int64(value(b)) })
	}
	money := func(value func(row) housing.Money) []int64 {
		return column(rows, func(b row) int64 { return int64(value(b)) })
	}
	return []any{
		text(func(b row) string { return string(b.Kind) }), text(func(b row) string { return b.Account }),
		text(func(b row) string { return b.Person.Last }), text(func(b row) string { return b.Person.First }),
		text(func(b row) string { return b.Person.Patronymic }), text(func(b row) string { return b.Person.Born.String() }),
		text(func(b row) string { return b.Address }), text(func(b row) string { return string(b.Service) }),
		text(func(b row) string { return b.ServiceName }), text(func(b row) string { return b.Payee }),
		text(func(b row) string {
			if b.Period == 0 {
				return ""
			}
			return b.Period.First().String()
		}),
		text(func(b row) string { return b.Area.String() }), count(func(b row) int { return b.People }),
		count(func(b row) int { return b.Entitled }), text(func(b row) string { return b.Tariff.String() }),
		text(func(b row) string { return b.Volume.String() }), money(func(b row) housing.Money { return b.Charged }),
		money(func(b row) housing.Money { return b.Benefit }), money(func(b row) housing.Money { return b.Debt }),
		text(func(b row) string { return b.DebtSince.String() }), count(func(b row) int { return b.DebtMonths }),
		text(func(b row) string { return b.Until.String() }), column(rows, func(b row) int64 { return b.Source.Position }),
	}
}
