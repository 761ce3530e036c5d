package main

import (
	"strconv"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/kvitok-gkh/kvitok/importers/stream"
	"github.com/kvitok-gkh/kvitok/pipeline"
	"github.com/kvitok-gkh/kvitok/schedules"
)

// metrics is what Prometheus is told: counts and durations, never a name, a number or an address.
type metrics struct {
	registry *prometheus.Registry
	ready    atomic.Bool

	files, rows, readings, failures *prometheus.CounterVec
	delivered                       prometheus.Counter
	waiting                         prometheus.Gauge
	lagging                         *prometheus.GaugeVec
	accounts, lines, kopecks, held  *prometheus.GaugeVec
	stages                          *prometheus.HistogramVec
	batches                         prometheus.Histogram
}

func newMetrics() *metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: "kvitok_" + name, Help: help}, labels)
	}
	gauge := func(name, help string, labels ...string) *prometheus.GaugeVec {
		return prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "kvitok_" + name, Help: help}, labels)
	}
	m := &metrics{
		registry:  prometheus.NewRegistry(),
		files:     counter("files_total", "Files taken in, by how they ended.", "partner", "status"),
		rows:      counter("rows_total", "Rows of files, by verdict.", "subject", "verdict"),
		readings:  counter("stream_messages_total", "Messages of the stream, by outcome.", "outcome"),
		failures:  counter("job_failures_total", "Scheduled jobs that failed.", "job"),
		delivered: prometheus.NewCounter(prometheus.CounterOpts{Name: "kvitok_deliveries_total", Help: "Files brought to outboxes."}),
		waiting:   prometheus.NewGauge(prometheus.GaugeOpts{Name: "kvitok_deliveries_waiting", Help: "Files that wait for delivery."}),
		lagging:   gauge("stream_lag_messages", "Messages waiting behind the last batch.", "partition"),
		accounts:  gauge("charged_accounts", "Accounts charged by the last run.", "period"),
		lines:     gauge("charged_lines", "Charge lines of the last run.", "period"),
		kopecks:   gauge("charged_kopecks", "Total of the last run.", "period"),
		held:      gauge("held_accounts", "Accounts held by the last run.", "period"),
		stages: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "kvitok_stage_seconds", Help: "How long stages of a run take.", Buckets: prometheus.ExponentialBuckets(0.05, 3, 10),
		}, []string{"stage"}),
		batches: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "kvitok_stream_batch_seconds", Help: "How long a batch of the stream takes.", Buckets: prometheus.DefBuckets,
		}),
	}
	m.registry.MustRegister(m.files, m.rows, m.readings, m.failures, m.delivered, m.waiting, m.lagging, m.accounts, m.lines,
		m.kopecks, m.held, m.stages, m.batches, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *metrics) schedules() schedules.Hooks {
	return schedules.Hooks{
		Files: m.countFiles, Run: m.countRun, Delivered: m.countDelivered,
		Failed: func(job string) { m.failures.WithLabelValues(job).Inc() },
	}
}

func (m *metrics) countFiles(files []pipeline.FileResult) {
	for _, f := range files {
		m.files.WithLabelValues(f.Partner, string(f.Status)).Inc()
		subject := f.Subject
		if subject == "" {
			subject = "unknown"
		}
		for verdict, count := range map[string]int{
			"accepted": f.Counts.Accepted, "unchanged": f.Counts.Unchanged, "rejected": f.Counts.Rejected,
		} {
			m.rows.WithLabelValues(subject, verdict).Add(float64(count))
		}
	}
}

func (m *metrics) countRun(s pipeline.Summary) {
	m.countFiles(s.Files)
	period := s.Period.String()
	m.accounts.WithLabelValues(period).Set(float64(s.Charge.Totals.Accounts))
	m.lines.WithLabelValues(period).Set(float64(s.Charge.Totals.Lines))
	m.kopecks.WithLabelValues(period).Set(float64(s.Charge.Totals.Amount))
	m.held.WithLabelValues(period).Set(float64(s.Charge.Totals.Held))
	for _, stage := range s.Stages {
		m.stages.WithLabelValues(stage.Name).Observe(stage.Took.Seconds())
	}
	m.countDelivered(s.Deliver)
}

func (m *metrics) countDelivered(r pipeline.DeliverResult) {
	m.delivered.Add(float64(r.Delivered))
	m.waiting.Set(float64(r.Waiting))
}

func (m *metrics) batch(r stream.BatchReport) {
	m.readings.WithLabelValues("accepted").Add(float64(r.Accepted))
	m.readings.WithLabelValues("unchanged").Add(float64(r.Unchanged))
	m.readings.WithLabelValues("dead").Add(float64(r.Dead))
	m.batches.Observe(r.Took.Seconds())
}

func (m *metrics) lag(partition int, messages int64) {
	m.lagging.WithLabelValues(strconv.Itoa(partition)).Set(float64(messages))
}
