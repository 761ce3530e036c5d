package charging

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
)

// WriteText writes traces as a calculation sheet in Russian that a resident can follow and an
// inspector can check by hand.
func WriteText(w io.Writer, traces []housing.Trace) error {
	b := &bytes.Buffer{}
	account := ""
	var total housing.Money
	sum := func() {
		if account != "" {
			fmt.Fprintf(b, "Итого по лицевому счёту %s: %s ₽\n\n", account, total.Russian())
		}
	}
	for i := range traces {
		t := &traces[i]
		if t.Charge.Account != account || i == 0 {
			sum()
			account, total = t.Charge.Account, 0
			fmt.Fprintf(b, "РАСЧЁТ ПЛАТЫ. Лицевой счёт %s, %s\n\n", account, t.Charge.Segment.From.Period().Russian())
		}
		if t.Charge.Kind == housing.CompensationLine { // paid apart
			writeTrace(b, t)
			continue
		}
		next, err := total.Add(t.Charge.Amount)
		if err != nil {
			return fmt.Errorf("add up account %s: %w", account, err)
		}
		total = next
		writeTrace(b, t)
	}
	sum()
	if _, err := b.WriteTo(w); err != nil {
		return fmt.Errorf("write calculation sheet: %w", err)
	}
	return nil
}

// Title names a line in Russian as calculation sheets do: service, kind, zone.
func Title(ch *housing.Charge) string {
	title := ch.Service.Russian()
	if ch.Kind == housing.Uplift {
		title += ", превышение из-за повышающего коэффициента"
	}
	if ch.Kind == housing.Correction {
		title += correctionTitle(ch)
	}
	switch ch.Kind { //nolint:exhaustive // the others are named above
	case housing.BenefitLine:
		title += ", " + ReasonRussian(ch.Reason)
	case housing.CompensationLine:
		if ch.Reason == reasonSubsidy {
			title += ", субсидия деньгами (плату не уменьшает)"
			break
		}
		title += ", компенсация льготнику деньгами (плату не уменьшает)"
	}
	if ch.Range > 0 {
		title += ", диапазон " + strconv.Itoa(ch.Range)
	}
	if ch.Zone != housing.ZoneSingle {
		title += ", зона «" + ch.Zone.Russian() + "»"
	}
	return title
}

func writeTrace(b *bytes.Buffer, t *housing.Trace) {
	ch := &t.Charge
	fmt.Fprintf(b, "%s: %s ₽\n", Title(ch), ch.Amount.Russian())
	fmt.Fprintf(b, "  период     с %s по %s, способ: %s, правило %s\n",
		ch.Segment.From.Russian(), ch.Segment.To.AddDays(-1).Russian(), ch.Method.Russian(), ch.Rule)
	fmt.Fprintf(b, "  основание  %s\n", t.Clause)
	fmt.Fprintf(b, "  формула    %s\n", t.Formula)
	for i := range t.Operands {
		o := &t.Operands[i]
		fmt.Fprintf(b, "    %-4s = %s", o.Symbol, comma(o.Value))
		if o.Unit != "" {
			fmt.Fprintf(b, " %s", o.Unit)
		}
		fmt.Fprintf(b, " — %s", o.Meaning)
		if o.Basis != "" {
			fmt.Fprintf(b, "; %s", o.Basis)
		}
		if o.Source != (housing.Source{}) {
			fmt.Fprintf(b, " [%s]", o.Source.Russian())
		}
		fmt.Fprintln(b)
	}
	fmt.Fprintf(b, "  точно      %s ₽\n", comma(t.Exact))
	fmt.Fprintf(b, "  округление %s\n", t.Rounding)
	fmt.Fprintf(b, "  итог       %s ₽\n\n", ch.Amount.Russian())
}

func comma(number string) string { return strings.Replace(number, ".", ",", 1) }

// correctionTitle tells why a line stands beside the others.
func correctionTitle(ch *housing.Charge) string {
	if text := yearText(ch); text != "" {
		return text
	}
	return ", перерасчёт: " + ReasonRussian(ch.Reason)
}
