package charging

import (
	"slices"
	"strconv"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
)

// benefitReason tells how a line of a benefit was made of its claims: "P = −(p₁ × V₁ + p₂ × V₂) / 100 × T".
func (c *calculation) benefitReason(r *relief, claims []claim, limited bool) func(*line) reason {
	merged := mergeClaims(claims)
	return func(l *line) reason {
		sign := "−"
		if l.charge.Kind == housing.CompensationLine {
			sign = ""
		}
		if limited {
			return reason{formula: "P = " + sign + "Л", operands: []housing.Operand{{
				Symbol: "Л", Meaning: "льготы вместе больше начисленного: не более начисленного", Value: l.charge.Amount.Abs().String(), Unit: "₽",
			}}}
		}
		var texts []string
		var ops []housing.Operand
		for i := range merged {
			index := ""
			if len(merged) > 1 {
				index = subscript(i + 1)
			}
			texts = append(texts, claimText(&merged[i], index))
			ops = append(ops, claimOperands(&merged[i], index, l)...)
		}
		text := strings.Join(texts, " + ")
		if len(merged) > 1 {
			text = "(" + text + ")"
		}
		if slices.ContainsFunc(merged, func(k claim) bool { return k.grant.Amount == 0 }) {
			ops = append(ops, priceOperand(r, l))
		}
		return reason{formula: "P = " + sign + text, operands: ops}
	}
}

// mergeClaims puts the claims of one benefit together: pieces of the month, people of one family.
func mergeClaims(claims []claim) []claim {
	var merged []claim
	for _, k := range claims {
		at := -1
		for i := range merged {
			if merged[i].grant == k.grant {
				at = i
			}
		}
		if at < 0 {
			merged = append(merged, k)
			continue
		}
		if merged[at].people > 0 && k.from == merged[at].from {
			merged[at].people++
		} else {
			merged[at].people = 0
		}
		if k.cap != nil && merged[at].cap != nil {
			whole := *merged[at].cap
			whole.value = whole.value.Add(k.cap.value)
			merged[at].cap = &whole
		}
		merged[at].volume = merged[at].volume.Add(k.volume)
		merged[at].exact = merged[at].exact.Add(k.exact)
	}
	return merged
}

func claimText(k *claim, index string) string {
	if k.grant.Amount > 0 {
		return "С" + index
	}
	return "p" + index + " / 100 × Vл" + index + " × T"
}

func claimOperands(k *claim, index string, l *line) []housing.Operand {
	b := k.grant
	scope := "льготник"
	if b.Scope == housing.FamilyScope {
		scope = "льготник и члены семьи"
	}
	basis := b.Document
	if b.Amount > 0 {
		return []housing.Operand{{
			Symbol: "С" + index, Meaning: "льгота «" + b.Category + "» суммой " + b.Amount.Russian() + " ₽ в месяц: часть, приходящаяся на строку",
			Value: k.exact.String(), Unit: "₽", Basis: basis, Source: b.Source,
		}}
	}
	covered := ""
	if k.people > 0 {
		covered = ": человек " + strconv.Itoa(k.people) + " из " + strconv.Itoa(k.of)
	}
	ops := []housing.Operand{
		{
			Symbol: "p" + index, Meaning: "льгота «" + b.Category + "», " + scope, Value: b.Percent.String(), Unit: "%",
			Basis: basis, Source: b.Source,
		},
		{
			Symbol: "Vл" + index, Meaning: "объём, на который даётся льгота" + covered, Value: k.volume.String(), Unit: l.charge.Service.Unit(),
		},
	}
	if k.cap != nil {
		ops = append(ops, housing.Operand{
			Symbol: "Nл" + index, Meaning: "но не больше: " + k.cap.meaning, Value: k.cap.value.String(), Unit: k.cap.unit,
			Basis: k.cap.basis, Source: k.cap.source,
		})
	}
	return ops
}

func priceOperand(r *relief, l *line) housing.Operand {
	if r.rate != nil {
		return housing.Operand{
			Symbol: "T", Meaning: "минимальный размер взноса", Value: r.rate.Value, Unit: "₽/" + l.charge.Service.Unit(),
			Basis: "параметр " + r.rate.Name + basis(r.rate.Basis),
		}
	}
	return tariffOperand(l, l.charge.Service)
}

func subscript(n int) string {
	return strings.Map(func(d rune) rune { return '₀' + d - '0' }, strconv.Itoa(n))
}
