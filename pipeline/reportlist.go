package pipeline

import (
	"context"
	"io"

	"github.com/kvitok-gkh/kvitok/exporters/reports"
)

// furtherJobs lists the workbooks of a month beside the turnover, the list of charges and the bank's
// reconciliation.
func (p *Pipeline) furtherJobs(ctx context.Context, meta reports.Meta, book func(string, func(io.Writer) (int, error)) reportJob) []reportJob {
	organisation, period := p.Organisation.ID, meta.Period
	rows := func(c reports.Control, err error) (int, error) { return c.Rows, err }
	return []reportJob{
		book("ОСВ по услугам", func(w io.Writer) (int, error) {
			return rows(reports.WriteServiceTurnover(w, meta, p.Store.ServiceTurnovers(ctx, organisation, period)))
		}),
		book("ОСВ по домам", func(w io.Writer) (int, error) {
			return rows(reports.WriteHouseTurnover(w, meta, p.Store.HouseTurnovers(ctx, organisation, period)))
		}),
		book("Ведомость перерасчётов", func(w io.Writer) (int, error) {
			return rows(reports.WriteCorrections(w, meta, p.Store.Corrections(ctx, organisation, period)))
		}),
		book("Должники", func(w io.Writer) (int, error) {
			return rows(reports.WriteDebtors(w, meta, p.debtors(period, p.Store.MonthDebts(ctx, organisation, period))))
		}),
		book("Показания ИПУ", func(w io.Writer) (int, error) {
			return rows(reports.WriteReadings(w, meta, p.Store.MeterMonths(ctx, organisation, period)))
		}),
		book("Напомнить о показаниях и поверке", func(w io.Writer) (int, error) {
			return rows(reports.WriteMissing(w, meta, p.Store.MeterMonths(ctx, organisation, period)))
		}),
		book("Баланс домов", func(w io.Writer) (int, error) {
			return rows(reports.WriteResourceBalance(w, meta, p.Store.ResourceBalances(ctx, organisation, period)))
		}),
		book("Реестр квитанций", func(w io.Writer) (int, error) {
			return rows(reports.WriteIssued(w, meta, p.Store.IssuedReceipts(ctx, organisation, period)))
		}),
	}
}
