package pipeline

import (
	"strconv"
	"strings"

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
	return heaviest(own, old), valuesThatDiffer(own, old)
}

// valuesThatDiffer names what the old system tells otherwise.
func valuesThatDiffer(own *housing.OwnMonth, old *housing.OldMonth) string {
	var notes []string
	tell := func(what string, was, is housing.Decimal) {
		if told(was, is) {
			notes = append(notes, what+" "+was.Russian()+" → "+is.Russian())
		}
	}
	tell("тариф", old.Price, own.Price)
	tell("объём", old.Volume, own.Volume)
	tell("площадь", old.Area, own.Area)
	if toldPeople(own, old) {
		notes = append(notes, "проживает "+strconv.Itoa(old.People)+" → "+strconv.Itoa(own.People))
	}
	return strings.Join(notes, "; ")
}

func toldPeople(own *housing.OwnMonth, old *housing.OldMonth) bool {
	return old.People > 0 && old.People != own.People
}

// heaviest is the cause that moves most money.
func heaviest(own *housing.OwnMonth, old *housing.OldMonth) housing.Cause {
	tariff := told(old.Price, own.Price)
	volume := told(old.Volume, own.Volume)
	area := told(old.Area, own.Area)
	amount := housing.CauseOther // behind the volume
	switch {
	case area && (own.Service.Unit() == "м²" || own.Service == housing.Heating || own.Service.Resource() != ""):
		amount = housing.CauseArea
	case toldPeople(own, old):
		amount = housing.CausePeople
	case area:
		amount = housing.CauseArea
	case volume:
		amount = housing.CauseVolume
	}
	if tariff && (amount == housing.CauseOther || tariffWeighs(own, old)) {
		return housing.CauseTariff
	}
	return amount
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
