package charging

import (
	"slices"
	"strconv"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
)

// normParts are the norms of a service that has one for each use (R2.4.1: gas).
type normParts struct {
	cooking, water, heating []span[housing.Norm]
}

func (c *calculation) buildParts(service housing.Service, t *serviceTable) {
	named := func(n housing.Norm) bool { return n.Service == service && n.Part != housing.WholeNorm }
	if !slices.ContainsFunc(c.snapshot.Norms, named) {
		return
	}
	p := &normParts{}
	some := false
	for part, into := range map[housing.NormPart]*[]span[housing.Norm]{
		housing.ForCooking: &p.cooking, housing.ForWater: &p.water, housing.ForHeating: &p.heating,
	} {
		spans, clash := resolve(c, c.snapshot.Norms, func(f *housing.Norm) (housing.Interval, bool, bool) {
			return f.Valid, f.House != "", f.Service == service && f.Part == part
		})
		*into = spans
		some = some || len(spans) > 0
		if clash {
			t.clash = "norm_overlap"
		}
	}
	if some {
		t.parts = p
	}
}

func (c *calculation) cutByNorms(t *serviceTable) {
	cutBy(&c.cuts, t.norms)
	if t.parts != nil {
		cutBy(&c.cuts, t.parts.cooking)
		cutBy(&c.cuts, t.parts.water)
		cutBy(&c.cuts, t.parts.heating)
	}
}

// partsLine is n × (N of cooking + N of water heating) + S × N of heating, each part where the
// account has the equipment; without equipment named, every part that the house has a norm of.
func (c *calculation) partsLine(
	service housing.Service, t *serviceTable, s *housing.AccountService, piece housing.Interval,
) (l line, ok bool) {
	if t.parts == nil {
		return line{}, false
	}
	l = line{days: c.daysOf(piece), formula: normFormula}
	l.charge = housing.Charge{Method: housing.ByNorm}
	l.occupancy = c.occupancy(service, piece.From)
	l.tariff = c.price(service, t, housing.ZoneSingle, piece.From)
	if l.occupancy == nil || l.tariff == nil {
		return l, false
	}
	var personal, away, heating housing.Ratio
	var norms []*housing.Norm
	for _, part := range []struct {
		name  housing.NormPart
		norms []span[housing.Norm]
	}{{housing.ForCooking, t.parts.cooking}, {housing.ForWater, t.parts.water}, {housing.ForHeating, t.parts.heating}} {
		norm := at(part.norms, piece.From)
		if norm == nil || !equipped(s, part.name) {
			continue
		}
		if norm.Value.Sign() < 0 {
			c.hold(service, "negative_norm", "норматив отрицательный: "+norm.Value.Russian())
			return l, false
		}
		norms = append(norms, norm)
		if norm.Base == housing.PerArea {
			heating = heating.Add(l.occupancy.Area.Ratio().Mul(norm.Value.Ratio()))
			continue
		}
		if l.people, l.owners, ok = c.people(service, l.occupancy, piece.From); !ok {
			return l, false
		}
		volume := housing.Whole(int64(l.people)).Ratio().Mul(norm.Value.Ratio())
		personal = personal.Add(volume)
		if len(c.acc.Absences) > 0 && c.listed("absence.gas_parts", string(part.name)) {
			away = away.Add(volume)
		}
	}
	if len(norms) == 0 {
		c.hold(service, "no_norm", "нет норматива потребления на "+piece.From.Russian())
		return l, false
	}
	l.volume = c.part(personal.Add(heating), l.days)
	at := l
	at.charge.Service, at.charge.Account, at.charge.Segment = service, c.acc.Number, piece
	l.special = &special{
		mixed: true, personal: c.part(away, l.days),
		formula: partsFormula(norms, l.days < c.days), operands: func() []housing.Operand { return c.partsOperands(&at, norms, piece) },
	}
	return l, true
}

func equipped(s *housing.AccountService, part housing.NormPart) bool {
	if s.Equipment == "" {
		return true
	}
	for word := range strings.SplitSeq(s.Equipment, " ") {
		if word == string(part) {
			return true
		}
	}
	return false
}

// partSymbol is the symbol of a norm of a part.
func partSymbol(part housing.NormPart) string {
	switch part {
	case housing.ForCooking:
		return "Nпр"
	case housing.ForWater:
		return "Nгв"
	case housing.ForHeating:
		return "Nот"
	case housing.WholeNorm:
	}
	return "N"
}

func partsFormula(norms []*housing.Norm, cut bool) string {
	terms := make([]string, 0, len(norms))
	for _, n := range norms {
		base := "n"
		if n.Base == housing.PerArea {
			base = "S"
		}
		terms = append(terms, base+" × "+partSymbol(n.Part))
	}
	formula := "P = (" + strings.Join(terms, " + ") + ")"
	if cut {
		formula += " × d / D"
	}
	return formula + " × T"
}

func (c *calculation) partsOperands(l *line, norms []*housing.Norm, piece housing.Interval) []housing.Operand {
	var ops []housing.Operand
	if l.people > 0 {
		ops = append(append(ops, people(l)), c.guests(l)...)
	}
	for _, n := range norms {
		if n.Base == housing.PerArea {
			ops = append(ops, area(l, "S"))
			break
		}
	}
	for _, n := range norms {
		at := *l
		at.norm = n
		o := norm(&at)
		o.Symbol = partSymbol(n.Part)
		o.Meaning += map[housing.NormPart]string{
			housing.ForCooking: ": приготовление пищи", housing.ForWater: ": нагрев воды", housing.ForHeating: ": отопление",
		}[n.Part]
		ops = append(ops, o)
	}
	if l.days < c.days {
		ops = append(ops, housing.Operand{
			Symbol: "d", Meaning: "дней в отрезке", Value: strconv.Itoa(l.days), Unit: "дн.",
			Basis: "с " + piece.From.Russian() + " по " + piece.To.AddDays(-1).Russian(),
		}, housing.Operand{Symbol: "D", Meaning: "дней в месяце", Value: strconv.Itoa(c.days), Unit: "дн."})
	}
	return append(ops, tariffOperand(l, l.charge.Service))
}
