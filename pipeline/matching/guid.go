package matching

import (
	"regexp"
	"strings"
)

// guidForm is an identifier of ФИАС/ГАР.
var guidForm = regexp.MustCompile(`(?i)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)

const guidLength = 36

// parseClaim takes the address of a claim apart. Registries write «идентификатор ФИАС,квартира» instead of
// an address, or beside one.
func parseClaim(address string) (*parser, string) {
	if len(address) < guidLength || strings.Count(address, "-") < 4 {
		return parse(address), ""
	}
	at := guidForm.FindStringIndex(address)
	if at == nil {
		return parse(address), ""
	}
	guid := strings.ToLower(address[at[0]:at[1]])
	text := address[:at[0]] + " " + address[at[1]:]
	p := parse(text)
	if p.place.streetNames() == "" || p.place.house == "" { // the identifier stands for the house: what follows is the flat
		p = parse("Д 1, " + strings.Trim(text, " ,;"))
		for _, names := range p.place.elements {
			for _, e := range names {
				p.rest = append(p.rest, e.String())
			}
		}
		p.place = place{}
	}
	return p, guid
}

// byGUID are the houses that an identifier leads to.
func (m *attempt) byGUID() []int32 {
	if m.guid == "" {
		return nil
	}
	return m.ix.byFIAS.all(m.guid, maxAlike)
}

// relate compares the house of the claim with one of ours: the identifier beats the text, the name that a
// street bears now is as good as the one before.
func (m *attempt) relate(at int32) relation {
	h := &m.ix.houses[at]
	switch {
	case m.guid == "" || len(m.byGUID()) == 0 && h.fias == "":
		best := unknownHouse
		for _, p := range m.ix.places(&m.place) {
			best = max(best, m.ix.relate(&p, m.address.Rest, h))
		}
		return best
	case m.guid == h.fias:
		return sameHouse
	}
	return otherHouse
}
