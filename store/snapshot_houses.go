package store

import (
	"cmp"
	"context"
	"slices"

	"github.com/kvitok-gkh/kvitok/housing"
)

func (l *factLoader) loadHouses(ctx context.Context) error {
	const sql = `
SELECT h.id, h.address, h.key, h.fias, h.kind, h.area, h.common, ` + sourceColumns + `h.source_pos
FROM houses h JOIN sources s ON s.id = h.source_id WHERE h.id = ANY(@houses) AND h.organisation_id = @organisation`
	found := 0
	err := l.each(ctx, sql, func(r *factRow) {
		h := housing.House{
			ID: r.number(), Address: r.text(), Key: r.text(), FIAS: r.text(), Kind: housing.HouseKind(r.word()),
			Area: r.decimal(), Common: r.decimal(), Source: r.source(),
		}
		l.houses[h.ID].House = h
		found++
	})
	if err == nil && found < len(l.houses) {
		return ErrNotFound
	}
	return err
}

// loadTariffs gives every house the tariffs of all houses and its own.
func (l *factLoader) loadTariffs(ctx context.Context) error {
	const sql = `
SELECT COALESCE(t.house_id, 0), t.service, t.zone, t.range_no, t.price, lower(t.valid), upper(t.valid), t.document, ` + sourceColumns + `t.source_pos
FROM tariffs t JOIN sources s ON s.id = t.source_id
WHERE t.organisation_id = @organisation AND (t.house_id IS NULL OR t.house_id = ANY(@houses))
    AND t.valid && daterange(@month::date, @next::date)
ORDER BY t.service COLLATE "C", t.zone COLLATE "C", t.range_no, t.house_id NULLS FIRST, lower(t.valid)`
	var general []housing.Tariff
	own := map[int64][]housing.Tariff{}
	err := l.each(ctx, sql, func(r *factRow) {
		house := r.number()
		t := housing.Tariff{
			Service: housing.Service(r.word()), Zone: housing.Zone(r.word()), Range: int(r.number()), Price: r.decimal(), Valid: r.interval(),
			Document: r.word(), Source: r.source(),
		}
		if house == 0 {
			general = append(general, t)
		} else if s := l.houses[house]; s != nil {
			t.House = s.House.Address
			own[house] = append(own[house], t)
		}
	})
	for id, s := range l.houses {
		s.Tariffs = merged(general, own[id], func(a, b housing.Tariff) int {
			return cmp.Or(cmp.Compare(a.Service, b.Service), cmp.Compare(a.Zone, b.Zone), cmp.Compare(a.Range, b.Range))
		})
	}
	return err
}

func (l *factLoader) loadNorms(ctx context.Context) error {
	const sql = `
SELECT COALESCE(n.house_id, 0), n.service, n.base, n.part, n.value, lower(n.valid), upper(n.valid), n.document, ` + sourceColumns + `n.source_pos
FROM norms n JOIN sources s ON s.id = n.source_id
WHERE n.organisation_id = @organisation AND (n.house_id IS NULL OR n.house_id = ANY(@houses))
    AND n.valid && daterange(@month::date, @next::date)
ORDER BY n.service COLLATE "C", n.part COLLATE "C", n.house_id NULLS FIRST, lower(n.valid)`
	var general []housing.Norm
	own := map[int64][]housing.Norm{}
	err := l.each(ctx, sql, func(r *factRow) {
		house := r.number()
		n := housing.Norm{
			Service: housing.Service(r.word()), Base: housing.NormBase(r.word()), Part: housing.NormPart(r.word()), Value: r.decimal(), Valid: r.interval(),
			Document: r.word(), Source: r.source(),
		}
		if house == 0 {
			general = append(general, n)
		} else if s := l.houses[house]; s != nil {
			n.House = s.House.Address
			own[house] = append(own[house], n)
		}
	})
	for id, s := range l.houses {
		s.Norms = merged(general, own[id], func(a, b housing.Norm) int {
			return cmp.Or(cmp.Compare(a.Service, b.Service), cmp.Compare(a.Part, b.Part))
		})
	}
	return err
}

// merged is what holds for all houses and what one house has of its own, behind it where keys are
// equal. A house without own facts shares the list.
func merged[T any](general, own []T, by func(a, b T) int) []T {
	if len(own) == 0 {
		return general
	}
	all := slices.Concat(general, own)
	slices.SortStableFunc(all, by)
	return all
}

func (l *factLoader) loadVolumes(ctx context.Context) error {
	const sql = `
SELECT v.house_id, v.serial, v.service, v.volume, ` + sourceColumns + `v.source_pos
FROM house_volumes v JOIN sources s ON s.id = v.source_id WHERE v.house_id = ANY(@houses) AND v.period = @month
ORDER BY v.service COLLATE "C", v.serial COLLATE "C"`
	return l.each(ctx, sql, func(r *factRow) {
		house := l.houses[r.number()]
		house.HouseMeters = append(house.HouseMeters, housing.CollectiveMeter{
			Serial: r.text(), Service: housing.Service(r.word()), Volume: r.decimal(), Source: r.source(),
		})
	})
}

// loadServices gives every account the services of its house, but for those it has of its own.
func (l *factLoader) loadServices(ctx context.Context) error {
	const sql = `
SELECT v.house_id, COALESCE(v.account_id, 0), v.service, o.inn, v.meter_possible, lower(v.valid), upper(v.valid),
    v.category, v.equipment, v.own_source, v.quality, v.correspondence, ` + sourceColumns + `v.source_pos
FROM house_services v JOIN organisations o ON o.id = v.payee_id JOIN sources s ON s.id = v.source_id
WHERE v.house_id = ANY(@houses) AND v.valid && daterange(@month::date, @next::date)
ORDER BY v.service COLLATE "C", lower(v.valid)`
	ofHouse := map[int64][]housing.AccountService{}
	err := l.each(ctx, sql, func(r *factRow) {
		house, account := r.number(), r.number()
		v := housing.AccountService{
			Service: housing.Service(r.word()), Payee: r.word(), MeterPossible: r.flag(), Valid: r.interval(),
			Category: r.word(), Equipment: r.word(), OwnSource: r.flag(), Quality: r.decimal(), Correspondence: r.decimal(), Source: r.source(),
		}
		if account == 0 {
			ofHouse[house] = append(ofHouse[house], v)
		} else if a := l.accounts[account]; a != nil {
			a.Services = append(a.Services, v)
		}
	})
	for id, s := range l.houses {
		s.Services = ofHouse[id]
		for i := range s.Accounts {
			s.Accounts[i].Services = mergeServices(s.Accounts[i].Services, ofHouse[id])
		}
	}
	return err
}

func mergeServices(own, ofHouse []housing.AccountService) []housing.AccountService {
	if len(own) == 0 {
		return ofHouse
	}
	all := slices.Clone(own)
	for _, v := range ofHouse {
		if !slices.ContainsFunc(own, func(o housing.AccountService) bool { return o.Service == v.Service }) {
			all = append(all, v)
		}
	}
	slices.SortStableFunc(all, func(a, b housing.AccountService) int { return cmp.Compare(a.Service, b.Service) })
	return all
}
