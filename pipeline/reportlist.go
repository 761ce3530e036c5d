package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/kvitok-gkh/kvitok/exporters/reports"
	"github.com/kvitok-gkh/kvitok/housing"
)

// MonthReport names a workbook that a month gives out.
type MonthReport struct {
	Key   string // in the configuration and on the command line
	Title string // in Russian, as the file is named
}

// FileName is what the report of a month is called.
func (r MonthReport) FileName(period housing.Period) string {
	return r.Title + " " + period.String() + ".xlsx"
}

// MonthReports lists the workbooks of a month in the order in which an accountant looks at them.
func MonthReports() []MonthReport {
	list := monthReports()
	names := make([]MonthReport, len(list))
	for i, r := range list {
		names[i] = r.MonthReport
	}
	return names
}

// monthReport is one of them with its writer. The month is that of the head.
type monthReport struct {
	MonthReport
	write func(ctx context.Context, p *Pipeline, w io.Writer, meta reports.Meta) (reports.Control, error)
}

func monthReports() []monthReport { //nolint:funlen // a list, an entry a report
	type (
		p    = *Pipeline
		c    = context.Context
		meta = reports.Meta
		done = reports.Control
	)
	report := func(key, title string, write func(ctx c, p p, w io.Writer, m meta) (done, error)) monthReport {
		return monthReport{MonthReport{key, title}, write}
	}
	return []monthReport{
		report("turnover", "ОСВ по лицевым счетам", func(ctx c, p p, w io.Writer, m meta) (done, error) {
			return reports.WriteTurnover(w, m, p.Store.AccountTurnovers(ctx, p.Organisation.ID, m.Period))
		}),
		report("charges", "Ведомость начислений", func(ctx c, p p, w io.Writer, m meta) (done, error) {
			return reports.WriteCharges(w, m, p.Store.AccountCharges(ctx, p.Organisation.ID, m.Period))
		}),
		report("reconciliation", "Сверка реестров с банком", func(ctx c, p p, w io.Writer, m meta) (done, error) {
			return reports.WriteReconciliation(w, m, p.Store.Reconciliation(ctx, p.Organisation.ID, m.Period))
		}),
		report("turnover-services", "ОСВ по услугам", func(ctx c, p p, w io.Writer, m meta) (done, error) {
			return reports.WriteServiceTurnover(w, m, p.Store.ServiceTurnovers(ctx, p.Organisation.ID, m.Period))
		}),
		report("turnover-houses", "ОСВ по домам", func(ctx c, p p, w io.Writer, m meta) (done, error) {
			return reports.WriteHouseTurnover(w, m, p.Store.HouseTurnovers(ctx, p.Organisation.ID, m.Period))
		}),
		report("collection", "Сводная начислений и оплат", func(ctx c, p p, w io.Writer, m meta) (done, error) {
			return reports.WriteCollection(w, m, p.Store.ServiceMoneyMonths(ctx, p.Organisation.ID, m.Period-11, m.Period))
		}),
		report("house-money", "Баланс домов денежный", func(ctx c, p p, w io.Writer, m meta) (done, error) {
			january := m.Period - housing.Period(m.Period.Month()-1) //nolint:gosec // 0 to 11
			return reports.WriteHouseMoney(w, m, reports.HouseMoney{
				Months: p.Store.HouseMoneyMonths(ctx, p.Organisation.ID, january, m.Period), Services: p.Store.HouseServicesMoney(ctx, p.Organisation.ID, january, m.Period),
				Expenses: p.Store.HouseExpenses(ctx, p.Organisation.ID, january, m.Period),
			})
		}),
		report("payments", "Реестр поступлений", func(ctx c, p p, w io.Writer, m meta) (done, error) {
			return reports.WritePayments(w, m, p.paymentRegister(ctx, m.Period))
		}),
		report("unclear-payments", "Невыясненные платежи", func(ctx c, p p, w io.Writer, m meta) (done, error) {
			return reports.WriteUnclear(w, m, p.unclearPayments(ctx, m.Period))
		}),
		report("corrections", "Ведомость перерасчётов", func(ctx c, p p, w io.Writer, m meta) (done, error) {
			return reports.WriteCorrections(w, m, p.Store.Corrections(ctx, p.Organisation.ID, m.Period))
		}),
		report("benefits", "Ведомость льгот", func(ctx c, p p, w io.Writer, m meta) (done, error) {
			return reports.WriteBenefits(w, m, p.benefitRows(ctx, m.Period))
		}),
		report("debtors", "Должники", func(ctx c, p p, w io.Writer, m meta) (done, error) {
			return reports.WriteDebtors(w, m, p.debtors(m.Period, p.Store.MonthDebts(ctx, p.Organisation.ID, m.Period)))
		}),
		report("readings", "Показания ИПУ", func(ctx c, p p, w io.Writer, m meta) (done, error) {
			return reports.WriteReadings(w, m, p.Store.MeterMonths(ctx, p.Organisation.ID, m.Period))
		}),
		report("reminders", "Напомнить о показаниях и поверке", func(ctx c, p p, w io.Writer, m meta) (done, error) {
			return reports.WriteMissing(w, m, p.Store.MeterMonths(ctx, p.Organisation.ID, m.Period))
		}),
		report("resources", "Баланс домов", func(ctx c, p p, w io.Writer, m meta) (done, error) {
			return reports.WriteResourceBalance(w, m, p.Store.ResourceBalances(ctx, p.Organisation.ID, m.Period))
		}),
		report("gis", "Сверка с ГИС ЖКХ", func(ctx c, p p, w io.Writer, m meta) (done, error) {
			return reports.WriteGISComparison(w, m, p.Store.GISComparisons(ctx, p.Organisation.ID, m.Period))
		}),
		report("receipts", "Реестр квитанций", func(ctx c, p p, w io.Writer, m meta) (done, error) {
			return reports.WriteIssued(w, m, p.Store.IssuedReceipts(ctx, p.Organisation.ID, m.Period))
		}),
		report(deliveriesReport, "Доставка квитанций", func(ctx c, p p, w io.Writer, m meta) (done, error) {
			return reports.WriteDeliveries(w, m, p.Store.Deliveries(ctx, p.Organisation.ID, m.Period))
		}),
	}
}

// deliveriesReport is given out where documents go by letter; where all go on paper it is made for who asks for it.
const deliveriesReport = "deliveries"

// workbookJobs lists the workbooks of a month as files to write.
func (p *Pipeline) workbookJobs(ctx context.Context, meta reports.Meta) []reportJob {
	list := monthReports()
	jobs := make([]reportJob, 0, len(list))
	for _, r := range list {
		if r.Key == deliveriesReport && p.Letters == nil {
			continue
		}
		jobs = append(jobs, reportJob{file: r.FileName(meta.Period), write: func(w io.Writer) (int, error) {
			control, err := r.write(ctx, p, w, meta)
			return control.Rows, err
		}})
	}
	return jobs
}

// errNoReport answers who asks for one that is not there.
var errNoReport = errors.New("there is no such report; kvitok report list names them")

func reportNamed(key string) (monthReport, error) {
	for _, r := range monthReports() {
		if r.Key == key {
			return r, nil
		}
	}
	return monthReport{}, fmt.Errorf("report %q: %w", key, errNoReport)
}
