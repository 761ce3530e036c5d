package pipeline

import (
	"strconv"

	"github.com/kvitok-gkh/kvitok/housing"
)

// causeOf says why a charge differs, by what the old system tells beside it: what it does not tell is no cause. Of
// several the one that moves most money is named, the note has all.
func causeOf(own *housing.OwnMonth, old *housing.OldMonth, d housing.Difference) (housing.Cause, string) {
	diff := d.Charged.Diff()
	switch {
	case old == nil:
		return housing.CauseOnlyOurs, ""
	case own == nil:
		return housing.CauseOnlyOld, ""
	case diff == 0:
		return housing.CauseBalance, ""
	case diff.Abs() == 1:
		return housing.CauseRounding, ""
	}
	var note string
	tell := func(what, was, is string) {
		if note != "" {
			note += "; "
		}
		note += what + " " + was + " → " + is
	}
	tariff := told(old.Price, own.Price)
	volume := told(old.Volume, own.Volume)
	area := told(old.Area, own.Area)
	people := old.People > 0 && old.People != own.People
	if tariff {
		tell("тариф", old.Price.Russian(), own.Price.Russian())
	}
	if volume {
		tell("объём", old.Volume.Russian(), own.Volume.Russian())
	}
	if area {
		tell("площадь", old.Area.Russian(), own.Area.Russian())
	}
	if people {
		tell("проживает", strconv.Itoa(old.People), strconv.Itoa(own.People))
	}
	amount := housing.CauseOther // behind the volume
	switch {
	case area && (own.Service.Unit() == "м²" || own.Service == housing.Heating || own.Service.Resource() != ""):
		amount = housing.CauseArea
	case people:
		amount = housing.CausePeople
	case area:
		amount = housing.CauseArea
	case volume:
		amount = housing.CauseVolume
	}
	switch {
	case tariff && (amount == housing.CauseOther || tariffWeighs(own, old)):
		return housing.CauseTariff, note
	default:
		return amount, note
	}
}

// told reports whether the old system tells a value and it is another one.
func told(old, own housing.Decimal) bool { return !old.IsZero() && !own.IsZero() && old.Cmp(own) != 0 }

// tariffWeighs reports whether the difference of the tariffs moves more money than that of the volumes.
func tariffWeighs(own *housing.OwnMonth, old *housing.OldMonth) bool {
	if old.Volume.IsZero() || own.Volume.IsZero() {
		return false
	}
	byTariff := own.Price.Ratio().Sub(old.Price.Ratio()).Mul(old.Volume.Ratio())
	byVolume := own.Volume.Ratio().Sub(old.Volume.Ratio()).Mul(own.Price.Ratio())
	return magnitudeOf(byTariff).Cmp(magnitudeOf(byVolume)) >= 0
}

func magnitudeOf(r housing.Ratio) housing.Ratio {
	if r.Sign() < 0 {
		return housing.Ratio{}.Sub(r)
	}
	return r
}
