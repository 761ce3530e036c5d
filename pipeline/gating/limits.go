package gating

import (
	"errors"
	"fmt"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
)

// ErrParameter says that a parameter of the gate is missing or unusable.
var ErrParameter = errors.New("bad parameter of the gate")

// Limits are the bounds of the gate, from the parameters gate.* of the month.
type Limits struct {
	UnexplainedMax housing.Money   // gate.unexplained_max: roubles of an account
	ChangePercent  housing.Decimal // gate.change_max_percent: of last month, by volume, people and area
	TariffPercent  housing.Decimal // gate.tariff_max_percent: of last month, by tariffs
	ChangeMin      housing.Money   // gate.change_min: smaller changes are not looked at in percent
	VolumeJump     housing.Decimal // gate.volume_jump: times the usual volume
	JumpMin        housing.Money   // gate.jump_min: a service that costs less is not looked at
	ZeroMin        housing.Money   // gate.zero_min: of last month, to ask why nothing was used now
	Seasonal       map[housing.Service]bool
}

// LimitsOf reads the bounds that hold on the first day of the month.
func LimitsOf(list []housing.Parameter, period housing.Period) (Limits, error) {
	r := limitReader{list: list, on: period.First()}
	l := Limits{
		UnexplainedMax: r.money("gate.unexplained_max"),
		ChangePercent:  r.decimal("gate.change_max_percent"),
		TariffPercent:  r.decimal("gate.tariff_max_percent"),
		ChangeMin:      r.money("gate.change_min"),
		VolumeJump:     r.decimal("gate.volume_jump"),
		JumpMin:        r.money("gate.jump_min"),
		ZeroMin:        r.money("gate.zero_min"),
		Seasonal:       map[housing.Service]bool{},
	}
	const seasonal = "gate.seasonal"
	for name := range strings.FieldsSeq(r.text(seasonal)) {
		service := housing.Service(name)
		if !service.Valid() && service != "none" {
			r.fail(seasonal, name, "services or none")
		}
		l.Seasonal[service] = true
	}
	return l, errors.Join(r.errs...)
}

type limitReader struct {
	list []housing.Parameter
	on   housing.Date
	errs []error
}

func (r *limitReader) text(name string) string {
	for _, p := range r.list {
		if p.Name == name && p.Valid.Contains(r.on) {
			return p.Value
		}
	}
	r.errs = append(r.errs, fmt.Errorf("%s has no value on %s: %w", name, r.on, ErrParameter))
	return ""
}

func (r *limitReader) fail(name, text, wanted string) {
	if text != "" { // a missing one is reported already
		r.errs = append(r.errs, fmt.Errorf("%s is %q, expected %s: %w", name, text, wanted, ErrParameter))
	}
}

func (r *limitReader) money(name string) housing.Money {
	text := r.text(name)
	m, err := housing.ParseMoney(text)
	if err != nil || m < 0 {
		r.fail(name, text, "roubles of at least 0")
	}
	return m
}

func (r *limitReader) decimal(name string) housing.Decimal {
	text := r.text(name)
	d, err := housing.ParseDecimal(text)
	if err != nil || d.Sign() <= 0 {
		r.fail(name, text, "a number above 0")
	}
	return d
}
