package charging

import (
	"slices"

	"github.com/kvitok-gkh/kvitok/housing"
)

// Split cuts a total into decimals of a scale that add up to it exactly: every part is cut down and
// the missing last units go to the largest cut-off fractions, equal ones in the order of the parts
// (R5.2). The parts must add up to the total.
func Split(total housing.Decimal, parts []housing.Ratio, scale uint8) ([]housing.Decimal, error) {
	whole, err := total.Ratio().Round(scale)
	if err != nil {
		return nil, err
	}
	split := make([]housing.Decimal, len(parts))
	rest := make([]housing.Ratio, len(parts))
	order := make([]int, len(parts))
	missing := whole.Units()
	for i, part := range parts {
		if split[i], err = part.Cut(scale); err != nil {
			return nil, err
		}
		rest[i], order[i] = part.Sub(split[i].Ratio()), i
		missing -= split[i].Units()
	}
	slices.SortStableFunc(order, func(a, b int) int { return rest[b].Cmp(rest[a]) })
	for _, i := range order {
		if missing <= 0 {
			break
		}
		if split[i], err = housing.NewDecimal(split[i].Units()+1, scale); err != nil {
			return nil, err
		}
		missing--
	}
	return split, nil
}

// splitHouseVolumes makes the printed shares of each house meter add up to its volume. What the
// accounts here do not take (premises billed elsewhere, held accounts) is a part of its own.
func (c *calculation) splitHouseVolumes() {
	for i := range c.tables {
		if t := &c.tables[i]; t.metered && c.err == nil {
			c.splitHouseVolume(t)
		}
	}
	c.splitPools()
}

func (c *calculation) splitHouseVolume(t *serviceTable) {
	var parts []housing.Ratio
	var lines []*line
	rest := t.volume
	for i := range c.lines {
		if l := c.lines[i]; l.table == t {
			parts, lines = append(parts, l.volume), append(lines, l)
			rest = rest.Sub(l.volume)
		}
	}
	if len(lines) == 0 {
		return
	}
	if rest.Sign() < 0 {
		c.find(housing.Finding{
			Service: lines[0].charge.Service, Code: "areas_exceed_house",
			Text: "площади помещений вместе больше общей площади дома: доли не сходятся с объёмом прибора",
		})
		return
	}
	split, err := Split(t.sum, append(parts, rest), c.scale)
	if err != nil { // the volumes stay rounded one by one
		c.find(housing.Finding{
			Service: lines[0].charge.Service, Code: "house_volume_overflow",
			Text: "доли объёма прибора не удалось свести: " + t.sum.Russian(),
		})
		return
	}
	for i, l := range lines {
		l.charge.Volume = split[i].Trim()
	}
}
