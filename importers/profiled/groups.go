package profiled

import (
	"fmt"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
)

// group reads the blocks of a row. A block is a reading, or an amount that the row states the sum of.
func (r *reading) group(rec *importers.Record, g *group, cells []string) {
	blocks, err := r.blocks(g, cells)
	if err != nil {
		rec.Blame(g.Name, "", soften(err, g.Severity))
		return
	}
	if !r.draft.split {
		r.draft.own, r.draft.split = r.draft.reading, true // what the row itself says: whose readings, of which day
	}
	filled := 0
	var sum housing.Money
	for i, block := range blocks {
		if r.emptyBlock(block) {
			continue
		}
		filled++
		if g.Times > 0 && filled > g.Times {
			rec.Blame(g.Name, "", soften(importers.Wrong("too_many_blocks",
				fmt.Sprintf("больше %d блоков", g.Times), ""), g.Severity))
			break
		}
		sum += r.block(rec, g, block, i+1)
	}
	r.stated(rec, g, filled, sum)
}

// stated compares the blocks with what their row says of them.
func (r *reading) stated(rec *importers.Record, g *group, filled int, sum housing.Money) {
	if g.count >= 0 {
		if want := r.draft.numbers[g.count]; want.known && want.value != housing.Money(filled)*100 {
			rec.Blame(g.Name, "", importers.Wrong("blocks_disagree",
				fmt.Sprintf("записей %d, в строке указано %s", filled, strings.TrimSuffix(want.value.RussianPlain(), ",00")), ""))
		}
	}
	if g.sum >= 0 {
		if want := r.draft.numbers[g.sum]; want.known && want.value != sum {
			rec.Blame(g.Name, "", importers.Wrong("blocks_disagree",
				"сумма записей "+sum.RussianPlain()+", в строке указано "+want.value.RussianPlain(), ""))
		}
	}
}

// block reads one block and returns its amount, where it has one.
func (r *reading) block(rec *importers.Record, g *group, block []string, n int) housing.Money {
	d := &r.draft
	d.reading, d.amount = housing.MeterReading{}, 0
	before, given := len(rec.Problems), false
	for _, c := range g.columns {
		at := place(c.At, len(block))
		text := ""
		if at >= 0 && at < len(block) {
			text = r.clean(c, block[at])
		}
		given = given || c.Field == "value" && text != ""
		var err error
		switch {
		case text == "" && c.Need:
			err = importers.Wrong("empty", "ячейка не заполнена", "")
		case text == "":
		case c.set != nil:
			err = c.set(d, importers.Cell{Text: text})
		default:
			err = c.check(importers.Cell{Text: text})
		}
		if err != nil {
			rec.Blame(fmt.Sprintf("%s (%d-й прибор)", c.Name, n), text, soften(soften(err, c.Severity), g.Severity))
		}
	}
	if !g.readings || !given { // a meter without a reading says nothing
		return d.amount
	}
	d.meters++
	switch m := d.reading; {
	case len(rec.Problems) > before:
	case m.Serial == "" && m.Code == "":
		rec.Blame(g.Name, "", soften(importers.Wrong("no_meter", "пусты и код, и номер прибора", ""), g.Severity))
	default:
		d.also = append(d.also, m)
	}
	return 0
}

// emptyBlock reports whether nothing is said in a block, or no reading is given for its meter.
func (r *reading) emptyBlock(block []string) bool {
	for _, text := range block {
		if text = strings.TrimSpace(text); text != "" && indexOf(r.profile.Empty, text) < 0 {
			return false
		}
	}
	return true
}

// blocks cuts the blocks out of a row.
func (r *reading) blocks(g *group, cells []string) ([][]string, error) {
	var flat []string
	if g.From != 0 {
		from, to := place(g.From, len(cells)), place(g.To, len(cells))+1
		if from < 0 || to > len(cells) || from >= to {
			return nil, nil
		}
		flat = cells[from:to]
		if len(flat)%g.Size != 0 {
			return nil, importers.Wrong("bad_blocks", fmt.Sprintf("%s нельзя разбить на блоки по %d",
				importers.Count(len(flat), "ячейку", "ячейки", "ячеек"), g.Size), "")
		}
		r.pieces = chunks(r.pieces[:0], flat, g.Size)
		return r.pieces, nil
	}
	at := place(g.At, len(cells))
	if at < 0 || at >= len(cells) || strings.TrimSpace(cells[at]) == "" {
		return nil, nil
	}
	return inCell(g, cells[at])
}

// inCell cuts the blocks out of one cell.
func inCell(g *group, text string) ([][]string, error) {
	if g.Split == "" {
		flat := strings.Split(text, g.Parts)
		if len(flat)%g.Size != 0 {
			return nil, importers.Wrong("bad_blocks", fmt.Sprintf("%s через «%s» вместо пар", importers.Count(len(flat), "значение", "значения", "значений"), g.Parts), "")
		}
		return chunks(nil, flat, g.Size), nil
	}
	var blocks [][]string
	for part := range strings.SplitSeq(text, g.Split) {
		blocks = append(blocks, strings.Split(part, g.Parts))
	}
	return blocks, nil
}

func chunks(blocks [][]string, flat []string, size int) [][]string {
	for at := 0; at < len(flat); at += size {
		blocks = append(blocks, flat[at:at+size])
	}
	return blocks
}

// onlyReadings makes the facts of a row that is nothing but readings.
func (r *reading) onlyReadings(rec *importers.Record, src housing.Source) {
	own := r.draft.own
	facts := make([]importers.Fact, 0, len(r.draft.also))
	for _, m := range r.draft.also {
		if m.Account == "" {
			m.Account = own.Account
		}
		if m.On.IsZero() {
			m.On = own.On
		}
		if m.On.IsZero() {
			m.On = r.held.paidOn
		}
		if m.On.IsZero() {
			rec.Blame("", "", importers.Wrong("empty", "нет даты показания прибора "+m.Serial, ""))
			return
		}
		m.Source = src
		facts = append(facts, m)
	}
	if len(facts) > 0 {
		rec.Fact, rec.Also = facts[0], facts[1:]
	}
}

// readings completes the readings of a row by what the row says: whose they are and of which day.
func (r *reading) readings(fact importers.Fact) []importers.Fact {
	if len(r.draft.also) == 0 {
		return nil
	}
	var account string
	var on housing.Date
	var src housing.Source
	switch f := fact.(type) {
	case housing.Payment:
		account, on, src = f.Account, f.PaidOn, f.Source
	case housing.StatedDebt:
		account, on, src = f.Account, f.Period.First(), f.Source
	case housing.StatedCharge: // its account is the supplier's: meters are found by their numbers
		on, src = r.draft.on, f.Source
	}
	facts := make([]importers.Fact, 0, len(r.draft.also))
	for _, m := range r.draft.also {
		if m.Account == "" {
			m.Account = account
		}
		if m.On.IsZero() {
			m.On = on
		}
		m.Source = src
		facts = append(facts, m)
	}
	return facts
}

// onlyBeside reads the row of somebody who pays nothing and gives his readings: these are taken, no payment is booked.
func (r *reading) onlyBeside(rec *importers.Record, pay housing.Payment) {
	readings := r.readings(pay)
	if len(readings) == 0 {
		rec.Blame("Сумма", "0,00", zeroAmount())
		return
	}
	rec.Blame("Сумма", "0,00", importers.Doubtful("zero_payment", "платёж на 0,00 не проводится, показания из строки приняты", ""))
	rec.Fact, rec.Also = housing.NoPayment{Source: pay.Source}, readings
}
