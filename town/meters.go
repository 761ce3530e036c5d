package town

import (
	"math/rand/v2"

	"github.com/kvitok-gkh/kvitok/housing"
)

// way is how the reading of a meter arrives.
type way uint8

const (
	byStream way = iota
	byFile
	silent // nobody reads it this month
)

// meter is an individual meter with the reading known before the month and what was used in it.
// Values are in units of its scale.
type meter struct {
	service  housing.Service
	serial   string
	zones    int
	digits   int
	scale    uint8
	started  housing.Date // day of the initial reading
	verifyBy housing.Date
	initial  [2]int64
	used     [2]int64
	way      way
	common   bool // of the rooms of a communal flat
	readOn   housing.Date
}

func (m *meter) value(register int, units int64) housing.Decimal {
	d, _ := housing.NewDecimal(m.initial[register]+units, m.scale) // the scale is 1 or 3
	return d
}

// install gives an account its meters: water in most flats, electricity nearly everywhere, a third of
// it with two zones. Some verifications have expired, some readings do not come.
func (t *Town) install(a *account) {
	r := t.rng(drawMeters, a.index)
	water := !a.house.noMeters && chance(r, 85)
	if a.house.private {
		water = chance(r, 60)
	}
	if !water && !a.house.noMeters && a.house.index < actsUpTo && chance(r, 20) {
		a.noMeter = true
	}
	a.meters = make([]meter, 0, 4)
	if water {
		a.meters = append(a.meters, t.meter(r, a, housing.ColdWater))
		if !a.house.private {
			a.meters = append(a.meters, t.meter(r, a, housing.HotWater))
		}
	}
	if chance(r, 98) && a.room != 2 {
		m := t.meter(r, a, housing.Electricity)
		m.common = a.room == 1
		a.meters = append(a.meters, m)
	}
	if heat := t.rng(drawHeat, a.index); a.house.heatApart && a.room == 0 && chance(heat, 40) {
		a.meters = append(a.meters, t.meter(heat, a, housing.Heating))
	}
}

func (t *Town) meter(r *rand.Rand, a *account, service housing.Service) meter {
	// 7919 is prime to the number of serials: neighbours get numbers far apart, none comes twice.
	number := (a.index + 1) * 7919 % 1_000_000
	before := t.period.Prev()
	m := meter{
		service: service, zones: 1, digits: 5, scale: 3, way: byStream,
		started: dayOf(before, between(r, 23, 26)), readOn: dayOf(t.period, between(r, 20, 25)),
	}
	m.verifyBy = dayOf(t.later(between(r, 3, 70)), between(r, 1, 28))
	if r.IntN(200) < 3 {
		m.verifyBy = dayOf(t.later(-between(r, 1, 8)), between(r, 1, 28))
	}
	people := int64(a.people)
	switch service { //nolint:exhaustive // install asks for these four
	case housing.ColdWater:
		m.serial = "ХВ-" + padded(number, 6)
		m.initial[0] = int64(between(r, 5_000, 900_000))
		m.used[0] = int64(between(r, 0, 600)) + people*int64(between(r, 1_900, 4_300))
	case housing.HotWater:
		m.serial = "ГВ-" + padded(number, 6)
		m.initial[0] = int64(between(r, 5_000, 700_000))
		m.used[0] = int64(between(r, 0, 400)) + people*int64(between(r, 1_200, 3_100))
	case housing.Heating:
		m.serial = "ТС-" + padded(number, 6)
		m.initial[0] = int64(between(r, 1_000, 90_000))
		m.used[0] = int64(a.area) * int64(a.house.heat) * int64(between(r, 60, 115)) / 100_000
	default:
		m.serial = "ЭЛ-" + padded(number, 6)
		m.digits, m.scale = 6, 1
		m.initial[0] = int64(between(r, 8_000, 600_000))
		m.used[0] = int64(between(r, 100, 500)) + people*int64(between(r, 350, 900))
		if chance(r, 32) {
			m.zones = 2
			m.initial[1] = m.initial[0] * int64(between(r, 30, 50)) / 100
			m.used[1] = m.used[0] * int64(between(r, 25, 40)) / 100
			m.used[0] -= m.used[1]
		}
	}
	switch {
	case chance(r, 4):
		m.way = silent
	case a.house.byFile && service != housing.Electricity && service != housing.Heating:
		m.way = byFile
	}
	return m
}

// actsUpTo bounds the acts of single flats to the first houses: each is a row of its own among the
// services, and a large town shall not have more of them.
const actsUpTo = 12
