package pipeline

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/klauspost/compress/zstd"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline/charging"
	"github.com/kvitok-gkh/kvitok/pipeline/gating"
	"github.com/kvitok-gkh/kvitok/store"
)

// documentBook makes the payment documents of a month from what is stored: the snapshot for the
// facts, the charges and the ledger for the sums. It computes no charge.
type documentBook struct {
	period housing.Period
	issuer housing.Organisation
	payees map[string]housing.Organisation
	months []housing.Parameter
	payBy  housing.Date
	limits gating.Limits

	readingsBy housing.Date
}

// openSnapshot reads a stored snapshot.
func openSnapshot(body []byte) (*housing.Snapshot, error) {
	decoder, err := zstd.NewReader(bytes.NewReader(body), zstd.WithDecoderConcurrency(1))
	if err != nil {
		return nil, fmt.Errorf("open a stored snapshot: %w", err)
	}
	defer decoder.Close()
	snapshot, err := charging.ReadSnapshot(decoder)
	if err != nil {
		return nil, fmt.Errorf("read a stored snapshot: %w", err)
	}
	return snapshot, nil
}

// ofHouse makes the documents of a house in the order of flats.
func (b *documentBook) ofHouse(s *housing.Snapshot, ledger store.HouseLedger, year houseYear) ([]*housing.PaymentDocument, error) {
	var documents []*housing.PaymentDocument
	for i := range s.Accounts {
		facts := &s.Accounts[i]
		if len(ledger.Charges[facts.ID]) == 0 && len(ledger.Balances[facts.ID]) == 0 {
			continue // held, or nothing to bill
		}
		d, err := b.document(s, facts, ledger)
		if err != nil {
			return nil, fmt.Errorf("account %s: %w", facts.Number, err)
		}
		year.addYear(d, facts)
		documents = append(documents, d)
	}
	slices.SortStableFunc(documents, func(x, y *housing.PaymentDocument) int {
		return compareFlats(x.Account.Premises, y.Account.Premises)
	})
	return documents, nil
}

// compareFlats orders flats as a postman walks: by number, then by letter and room.
func compareFlats(a, b housing.Premises) int {
	return cmp.Or(cmp.Compare(leadingNumber(a.Flat), leadingNumber(b.Flat)), strings.Compare(a.Flat, b.Flat),
		cmp.Compare(leadingNumber(a.Room), leadingNumber(b.Room)), strings.Compare(a.Room, b.Room))
}

func leadingNumber(s string) int {
	end := 0
	for end < len(s) && s[end] >= '0' && s[end] <= '9' {
		end++
	}
	n, err := strconv.Atoi(s[:end])
	if err != nil {
		return 1 << 30
	}
	return n
}

func (b *documentBook) document(s *housing.Snapshot, facts *housing.AccountFacts, ledger store.HouseLedger) (*housing.PaymentDocument, error) {
	d := &housing.PaymentDocument{
		Number: b.period.MMYY() + "-" + facts.Number, Period: b.period, PayBy: b.payBy, Issuer: b.issuer,
		House: s.House, Account: facts.Account, LastPaid: ledger.LastPaid[facts.ID],
		ReadingsBy: b.readingsBy,
	}
	if n := len(facts.Occupancy); n > 0 {
		d.Area, d.People = facts.Occupancy[n-1].Area, facts.Occupancy[n-1].People
	}
	d.Lines = documentLines(withBooked(ledger.Charges[facts.ID], ledger.Booked[facts.ID]))
	d.Recalculations = append(recalculations(ledger.Charges[facts.ID]), bookedRecalculations(ledger.Booked[facts.ID])...)
	d.Meters = documentMeters(facts, b.period)
	markFailed(d, facts)
	d.Reference = references(s, ledger.Charges[facts.ID])
	return d, b.addSums(d, ledger.Balances[facts.ID])
}

// documentLines puts base charge, excess and correction of a service, zone and segment into one row.
func documentLines(charges []housing.Charge) []housing.DocumentLine {
	var lines []housing.DocumentLine
	var segments []housing.Interval // of the lines
	for _, c := range charges {
		if base := lineOf(lines, segments, c); base != nil && c.Kind != housing.BaseCharge {
			switch c.Kind { //nolint:exhaustive // what stands beside a base charge
			case housing.Uplift:
				base.Excess += c.Amount
				base.Coefficient = c.Coefficient
			case housing.BenefitLine:
				base.Benefit += c.Amount
			default:
				base.Corrected += c.Amount
			}
			base.Total += c.Amount
			continue
		}
		line := housing.DocumentLine{
			Service: c.Service, Zone: c.Zone, Payee: c.Payee, Method: c.Method, Volume: c.Volume, Price: c.Price, Total: c.Amount,
		}
		switch c.Kind {
		case housing.BaseCharge:
			line.Charged = c.Amount
		case housing.Uplift:
			line.Excess, line.Coefficient = c.Amount, c.Coefficient
		case housing.Correction:
			line.Corrected = c.Amount
		case housing.BenefitLine:
			line.Benefit = c.Amount
		case housing.CompensationLine: // is no charge
		}
		lines, segments = append(lines, line), append(segments, c.Segment)
	}
	return lines
}

// lineOf finds the row of the base charge beside which an excess or a correction stands: charges come
// in order, so it is the last one of its service and zone. A correction has no price of its own; a benefit stands beside the very
// line that it is given on.
func lineOf(lines []housing.DocumentLine, segments []housing.Interval, c housing.Charge) *housing.DocumentLine {
	for i := len(lines) - 1; i >= 0; i-- {
		l := &lines[i]
		samePrice := c.Kind == housing.Correction || l.Price.Cmp(c.Price) == 0
		sameDays := c.Kind != housing.BenefitLine || segments[i] == c.Segment
		if l.Service == c.Service && l.Zone == c.Zone && l.Payee == c.Payee && samePrice && sameDays {
			return l
		}
	}
	return nil
}

// recalculations lists the corrections with their grounds, as п. 69 of Правила 354 asks.
func recalculations(charges []housing.Charge) []housing.Recalculation {
	var list []housing.Recalculation
	for _, c := range charges {
		if c.Kind != housing.Correction {
			continue
		}
		ground := charging.ReasonRussian(c.Reason)
		if c.Document != "" {
			ground += ": " + c.Document
		}
		list = append(list, housing.Recalculation{
			Service: c.Service, Period: c.Segment.From.Period(), Amount: c.Amount, Ground: ground,
		})
	}
	return list
}

func documentMeters(facts *housing.AccountFacts, period housing.Period) []housing.DocumentMeter {
	var rows []housing.DocumentMeter
	for _, m := range facts.Meters {
		for _, zone := range m.Zones {
			row := housing.DocumentMeter{Service: m.Service, Serial: m.Serial, Zone: zone, VerifyBy: m.VerifyBy, Digits: m.Digits}
			for _, r := range m.Readings {
				switch {
				case r.Zone != zone:
				case r.On.Before(period.First()):
					row.PreviousOn, row.Previous = r.On, r.Value
				default:
					row.CurrentOn, row.Current = r.On, r.Value
				}
			}
			if !row.CurrentOn.IsZero() && !row.PreviousOn.IsZero() {
				if used, err := row.Current.Sub(row.Previous); err == nil && used.Sign() >= 0 {
					row.Volume = used
				}
			}
			rows = append(rows, row)
		}
	}
	return rows
}

// markFailed tells of meters that do not count at the end of the month since when, and by what their service
// is charged meanwhile: a last reading beside a charge by norm makes people think that it was charged by it.
func markFailed(d *housing.PaymentDocument, facts *housing.AccountFacts) {
	for i := range d.Meters {
		row := &d.Meters[i]
		at := slices.IndexFunc(facts.Meters, func(m housing.MeterFacts) bool { return m.Service == row.Service && m.Serial == row.Serial })
		if at < 0 {
			continue
		}
		if row.FailedOn = failedOn(facts.Meters[at].Events, d.Period.Last()); row.FailedOn.IsZero() {
			continue
		}
		for _, line := range d.Lines {
			if line.Service == row.Service && (line.Method == housing.ByNorm || line.Method == housing.ByAverage) {
				row.Instead = line.Method
			}
		}
	}
}

// failedOn is since when a meter that does not count on a day has failed; zero where it counts.
func failedOn(events []housing.MeterEvent, day housing.Date) housing.Date {
	for _, e := range events {
		if e.Kind == housing.MeterFailed && !day.Before(e.On) && (e.To.IsZero() || day.Before(e.To)) {
			return e.On
		}
	}
	return housing.Date{}
}

// references lists, for each service charged, its norm, the act of its tariff and the house's volume.
func references(s *housing.Snapshot, charges []housing.Charge) []housing.ReferenceLine {
	var rows []housing.ReferenceLine
	for _, service := range housing.Services() {
		if !slices.ContainsFunc(charges, func(c housing.Charge) bool { return c.Service == service }) {
			continue
		}
		rows = append(rows, reference(s, service))
	}
	return rows
}

func reference(s *housing.Snapshot, service housing.Service) housing.ReferenceLine {
	row := housing.ReferenceLine{Service: service}
	for _, t := range s.Tariffs {
		if t.Service == service && t.Document != "" {
			row.Document = t.Document
		}
	}
	for _, n := range s.Norms {
		if n.Service == service {
			row.Norm, row.NormBase = n.Value, n.Base
		}
	}
	for _, m := range s.HouseMeters {
		if m.Service == service {
			if sum, err := row.HouseVolume.Add(m.Volume); err == nil {
				row.HouseVolume = sum
			}
		}
	}
	return row
}

// addSums takes the sums from the ledger, by payee: the issuer first, then by INN.
func (b *documentBook) addSums(d *housing.PaymentDocument, balances []housing.Balance) error {
	for _, balance := range balances {
		at := slices.IndexFunc(d.Payees, func(t housing.PayeeTotal) bool { return t.Payee.INN == balance.Payee })
		if at < 0 {
			payee, known := b.payees[balance.Payee]
			if !known {
				return fmt.Errorf("payee %s: %w", balance.Payee, store.ErrNotFound)
			}
			at = len(d.Payees)
			d.Payees = append(d.Payees, housing.PayeeTotal{Payee: payee})
		}
		t := &d.Payees[at]
		t.Opening += balance.Opening
		t.Charged += balance.Charged + balance.Corrected
		t.Penalty += balance.Penalty
		t.Paid += balance.Paid
		t.ToPay += balance.Closing
	}
	slices.SortFunc(d.Payees, func(x, y housing.PayeeTotal) int {
		issuer := func(t housing.PayeeTotal) int {
			if t.Payee.INN == b.issuer.INN {
				return 0
			}
			return 1
		}
		return cmp.Or(cmp.Compare(issuer(x), issuer(y)), strings.Compare(x.Payee.INN, y.Payee.INN))
	})
	for _, t := range d.Payees {
		d.Opening += t.Opening
		d.Charged += t.Charged
		d.Penalty += t.Penalty
		d.Paid += t.Paid
		d.ToPay += t.ToPay
	}
	return nil
}
