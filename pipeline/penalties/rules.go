package penalties

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
)

// ErrParameter says that a parameter of penalties is missing or unusable.
var ErrParameter = errors.New("bad parameter of penalties")

// Rules are the numbers of the law for calculations on one day, read from the parameters penalty.*.
type Rules struct {
	steps     map[Group][]step
	keyRates  []dated
	caps      []dated
	moratoria []moratorium
	sameDay   bool         // the balance falls on the day of payment itself
	capSure   housing.Date // the first day for which the cap is not confirmed
	rateSure  housing.Date // the first day for which the key rate is not confirmed
}

// step is a share of the rate from a day of delay on.
type step struct{ from, divisor int }

type dated struct {
	valid housing.Interval
	rate  housing.Decimal
	basis string
}

type moratorium struct {
	valid housing.Interval
	older bool // only claims whose last day to pay lies before its first day
	basis string
}

// RulesOf reads the parameters penalty.* as they stand on the day of a calculation; rates, caps and
// moratoria with their whole history. Every parameter that is missing or no number is reported.
func RulesOf(list []housing.Parameter, on housing.Date) (Rules, error) {
	r := reader{list: list, on: on}
	free, second := r.whole("penalty.free_days"), r.whole("penalty.second_from_day")
	rules := Rules{
		steps: map[Group][]step{
			Residents:     {{free + 1, r.whole("penalty.divisor")}, {second, r.whole("penalty.divisor_second")}},
			CapitalRepair: {{free + 1, r.whole("penalty.divisor_caprepair")}},
			Managers:      r.steps("penalty.divisor_managers"),
			Others:        r.steps("penalty.divisor_others"),
		},
		keyRates:  r.dated("penalty.key_rate"),
		caps:      r.dated("penalty.rate_cap"),
		moratoria: r.moratoria("penalty.moratorium"),
		capSure:   r.date("penalty.rate_cap_confirmed_to"),
		rateSure:  r.date("penalty.key_rate_confirmed_to"),
	}
	switch falls := r.text("penalty.balance_falls"); falls {
	case "payment_day":
		rules.sameDay = true
	case "day_after_payment":
	default:
		r.fail("penalty.balance_falls", falls, "day_after_payment or payment_day")
	}
	return rules, errors.Join(r.errs...)
}

// rate is the rate of a day, percent a year: the key rate within the cap. found is false where no key
// rate is known; sure is false where the value used is not confirmed for the day.
func (r Rules) rate(on housing.Date) (rate housing.Decimal, basis string, found, sure bool) {
	key, found := at(r.keyRates, on)
	if !found {
		return housing.Decimal{}, "", false, false
	}
	rate, basis, sure = key.rate, key.basis, on.Before(r.rateSure)
	if limit, capped := at(r.caps, on); capped && limit.rate.Cmp(key.rate) < 0 {
		rate, basis, sure = limit.rate, limit.basis, true
	}
	return rate, basis, true, sure && on.Before(r.capSure)
}

// at looks from the newest row back: most days asked for are recent.
func at(list []dated, on housing.Date) (*dated, bool) {
	for i := len(list) - 1; i >= 0; i-- {
		if list[i].valid.Contains(on) {
			return &list[i], true
		}
	}
	return nil, false
}

// suspended is the moratorium that covers a day of a claim.
func (r Rules) suspended(on, due housing.Date) (basis string, yes bool) {
	for _, m := range r.moratoria {
		if m.valid.Contains(on) && (!m.older || due.Before(m.valid.From)) {
			return m.basis, true
		}
	}
	return "", false
}

// divisor of a day of delay; 0 on free days.
func (r Rules) divisor(group Group, day int) int {
	divisor := 0
	for _, s := range r.steps[group] {
		if day >= s.from {
			divisor = s.divisor
		}
	}
	return divisor
}

type reader struct {
	list []housing.Parameter
	on   housing.Date
	errs []error
}

func (r *reader) text(name string) string {
	for _, p := range r.list {
		if p.Name == name && p.Valid.Contains(r.on) {
			return p.Value
		}
	}
	r.errs = append(r.errs, fmt.Errorf("%s has no value on %s: %w", name, r.on, ErrParameter))
	return ""
}

func (r *reader) fail(name, text, wanted string) {
	if text != "" { // a missing one is reported already
		r.errs = append(r.errs, fmt.Errorf("%s is %q, expected %s: %w", name, text, wanted, ErrParameter))
	}
}

func (r *reader) whole(name string) int {
	text := r.text(name)
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		r.fail(name, text, "a whole number above 0")
	}
	return n
}

func (r *reader) date(name string) housing.Date {
	text := r.text(name)
	d, err := housing.ParseDate(text)
	if err != nil {
		r.fail(name, text, "a date such as 2027-01-01")
	}
	return d
}

// steps reads "1:300 61:170 91:130": from a day of delay on, a divisor of the rate.
func (r *reader) steps(name string) []step {
	text := r.text(name)
	var list []step
	for field := range strings.FieldsSeq(text) {
		day, divisor, _ := strings.Cut(field, ":")
		from, err1 := strconv.Atoi(day)
		by, err2 := strconv.Atoi(divisor)
		if err1 != nil || err2 != nil || from < 1 || by < 1 || len(list) > 0 && list[len(list)-1].from >= from {
			r.fail(name, text, `rising days with a divisor each, such as "1:300 61:170 91:130"`)
			return nil
		}
		list = append(list, step{from, by})
	}
	return list
}

// dated reads all rows of a parameter that is a rate, in order of time.
func (r *reader) dated(name string) []dated {
	var list []dated
	for _, p := range r.list {
		if p.Name != name {
			continue
		}
		rate, err := housing.ParseDecimal(p.Value)
		if err != nil || rate.Sign() <= 0 {
			r.fail(name, p.Value, "percent a year above 0")
			continue
		}
		list = append(list, dated{p.Valid, rate, p.Basis})
	}
	slices.SortFunc(list, func(a, b dated) int { return a.valid.From.Cmp(b.valid.From) })
	return list
}

func (r *reader) moratoria(name string) []moratorium {
	var list []moratorium
	for _, p := range r.list {
		if p.Name != name {
			continue
		}
		if p.Value != "all" && p.Value != "due_before_start" {
			r.fail(name, p.Value, "all or due_before_start")
		}
		if p.Valid.To.IsZero() {
			r.fail(name, cmp.Or(p.Value, name), "a last day (to)")
		}
		list = append(list, moratorium{p.Valid, p.Value == "due_before_start", p.Basis})
	}
	return list
}
