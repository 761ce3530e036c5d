package subsidies

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/kvitok-gkh/kvitok/housing"
)

// ErrParameter says that a parameter of subsidies is missing or unusable.
var ErrParameter = errors.New("bad parameter of subsidies")

// ErrCase says that a case cannot be computed as it is.
var ErrCase = errors.New("bad case of a subsidy")

// Rules are the numbers of the law on a day, read from the parameters subsidy.*.
type Rules struct {
	Share  housing.Decimal // МДД, % of the income
	Months int
	shared string // where МДД comes from
	termed string
}

// RulesOf reads the parameters subsidy.mdd and subsidy.months as they stand on a day.
func RulesOf(list []housing.Parameter, on housing.Date) (Rules, error) {
	var r Rules
	share, shareErr := find(list, "subsidy.mdd", on)
	months, monthsErr := find(list, "subsidy.months", on)
	if err := errors.Join(shareErr, monthsErr); err != nil {
		return r, err
	}
	var err error
	if r.Share, err = housing.ParseDecimal(share.Value); err != nil || r.Share.Sign() <= 0 || r.Share.Cmp(housing.Whole(100)) > 0 {
		return r, fmt.Errorf("%s = %q on %s, expected a percent: %w", share.Name, share.Value, on, ErrParameter)
	}
	if r.Months, err = strconv.Atoi(months.Value); err != nil || r.Months <= 0 {
		return r, fmt.Errorf("%s = %q on %s, expected a number of months: %w", months.Name, months.Value, on, ErrParameter)
	}
	r.shared, r.termed = basisOf(share), basisOf(months)
	return r, nil
}

func find(list []housing.Parameter, name string, on housing.Date) (*housing.Parameter, error) {
	for i := range list {
		if p := &list[i]; p.Name == name && p.Valid.Contains(on) {
			return p, nil
		}
	}
	return nil, fmt.Errorf("%s has no value on %s: %w", name, on, ErrParameter)
}

func basisOf(p *housing.Parameter) string {
	if p.Basis == "" {
		return "параметр " + p.Name
	}
	return "параметр " + p.Name + ": " + p.Basis
}

// Income is what a family earned in some months.
type Income struct {
	Sum    housing.Money
	Months int
	People int
}

// Mean returns the income of the family a month and per head, each rounded half-up to the kopeck.
func (i Income) Mean() (month, perHead housing.Money, err error) {
	if i.Sum < 0 || i.Months <= 0 || i.People <= 0 {
		return 0, 0, fmt.Errorf("income of %s in %d months of %d people: expected months and people: %w", i.Sum, i.Months, i.People, ErrCase)
	}
	whole := roubles(i.Sum)
	monthly, err := whole.Quo(housing.Whole(int64(i.Months)).Ratio())
	if err != nil {
		return 0, 0, fmt.Errorf("divide the income: %w", err)
	}
	each, err := monthly.Quo(housing.Whole(int64(i.People)).Ratio())
	if err != nil {
		return 0, 0, fmt.Errorf("divide the income: %w", err)
	}
	month, errMonth := monthly.Money()
	perHead, errHead := each.Money()
	if err := errors.Join(errMonth, errHead); err != nil {
		return 0, 0, fmt.Errorf("divide the income: %w", err)
	}
	return month, perHead, nil
}

// Case is a family in a month.
type Case struct {
	Standard    housing.Money   // ССЖКУ: regional standard of the cost of housing and utilities of one person a month
	Income      Income          // of the people below
	Subsistence housing.Money   // ПМ: subsistence level of the family, per head
	Share       housing.Decimal // МДД that the region set for the family; zero: the federal one
	Charged     *housing.Money  // what was charged in the month; nil: not known, and no limit
}

func (c Case) validate() error {
	var errs []error
	refuse := func(bad bool, what string) {
		if bad {
			errs = append(errs, fmt.Errorf("%s: %w", what, ErrCase))
		}
	}
	refuse(c.Standard <= 0, "the standard must be more than nothing")
	refuse(c.Subsistence <= 0, "the subsistence level must be more than nothing")
	refuse(c.Share.Sign() < 0 || c.Share.Cmp(housing.Whole(100)) > 0, "the share of the income must be 0 to 100 %")
	refuse(c.Charged != nil && *c.Charged < 0, "what was charged must not be negative")
	return errors.Join(errs...)
}

// Result is a subsidy and why.
type Result struct {
	Amount   housing.Money     `json:"amount"`   // a month
	Income   housing.Money     `json:"income"`   // Д
	PerHead  housing.Money     `json:"per_head"` // СДД
	Below    bool              `json:"below"`    // the subsistence level
	Months   int               `json:"months"`   // for which it is granted
	Formula  string            `json:"formula"`
	Operands []housing.Operand `json:"operands"`
	Clause   string            `json:"clause"`
	Exact    string            `json:"exact"` // before rounding and limits
	Rounding string            `json:"rounding"`
	Limit    string            `json:"limit,omitzero"` // in Russian: why the formula is not what is given
}

// Calculate computes the subsidy of a month.
func Calculate(c Case, r Rules) (Result, error) {
	if err := c.validate(); err != nil {
		return Result{}, err
	}
	month, perHead, err := c.Income.Mean()
	if err != nil {
		return Result{}, err
	}
	share, shared := r.Share, r.shared
	if !c.Share.IsZero() {
		share, shared = c.Share, "установлена регионом для семьи"
	}
	result := Result{
		Income: month, PerHead: perHead, Below: perHead < c.Subsistence, Months: r.Months,
		Formula: "C = ССЖКУ × n − Д × МДД / 100", Clause: "ЖК РФ, ст. 159; ПП РФ № 761 от 14.12.2005",
		Rounding: "один раз, до копейки, половина копейки — вверх",
	}
	bears := roubles(month).Mul(share.Ratio()).Mul(hundredth())
	if result.Below {
		factor, err := roubles(perHead).Quo(roubles(c.Subsistence))
		if err != nil {
			return Result{}, fmt.Errorf("compare with the subsistence level: %w", err)
		}
		bears = bears.Mul(factor)
		result.Formula = "C = ССЖКУ × n − Д × МДД / 100 × СДД / ПМ"
	}
	exact := roubles(c.Standard).Mul(housing.Whole(int64(c.Income.People)).Ratio()).Sub(bears)
	result.Exact, result.Operands = exact.String(), c.operands(&result, share, shared, r.termed)
	if result.Amount, err = exact.Money(); err != nil {
		return Result{}, fmt.Errorf("round the subsidy: %w", err)
	}
	result.limit(c.Charged)
	return result, nil
}

// limit keeps the subsidy from being negative or above what was charged.
func (r *Result) limit(charged *housing.Money) {
	switch {
	case r.Amount <= 0:
		r.Amount, r.Limit = 0, "допустимая доля дохода не меньше стоимости услуг по стандарту: субсидия не положена"
	case charged != nil && r.Amount > *charged:
		r.Limit = "по формуле " + r.Amount.Russian() + " ₽, но не больше начисленного за месяц " + charged.Russian() + " ₽"
		r.Amount = *charged
	}
}

func (c Case) operands(r *Result, share housing.Decimal, shared, termed string) []housing.Operand {
	ops := []housing.Operand{
		{Symbol: "ССЖКУ", Meaning: "региональный стандарт стоимости жилищно-коммунальных услуг на человека в месяц", Value: c.Standard.String(), Unit: "₽"},
		{Symbol: "n", Meaning: "человек в семье", Value: strconv.Itoa(c.Income.People), Unit: "чел."},
		{Symbol: "Д", Meaning: c.Income.russian(), Value: r.Income.String(), Unit: "₽"},
		{Symbol: "МДД", Meaning: "максимально допустимая доля расходов на жильё в доходе семьи", Value: share.String(), Unit: "%", Basis: shared},
		{Symbol: "СДД", Meaning: "среднедушевой доход: Д / n", Value: r.PerHead.String(), Unit: "₽"},
	}
	compared := "не больше среднедушевого дохода: доля полная"
	if r.Below {
		compared = "больше среднедушевого дохода: доля уменьшается"
	}
	ops = append(ops, housing.Operand{Symbol: "ПМ", Meaning: "прожиточный минимум семьи на человека, " + compared, Value: c.Subsistence.String(), Unit: "₽"})
	if c.Charged != nil {
		ops = append(ops, housing.Operand{Symbol: "Н", Meaning: "начислено за месяц: больше этого субсидия не бывает", Value: c.Charged.String(), Unit: "₽"})
	}
	return append(ops, housing.Operand{
		Symbol: "Срок", Meaning: "на сколько месяцев назначается субсидия", Value: strconv.Itoa(r.Months), Unit: "мес.", Basis: termed,
	})
}

func (i Income) russian() string {
	text := "доход семьи в месяц"
	if i.Months > 1 {
		text += ": " + i.Sum.Russian() + " ₽ за " + strconv.Itoa(i.Months) + " мес."
	}
	return text
}

// roubles is a sum of money as roubles.
func roubles(m housing.Money) housing.Ratio {
	r, err := housing.RatioOf(int64(m), 100) //nolint:mnd // kopecks
	if err != nil {
		return housing.Ratio{}
	}
	return r
}

func hundredth() housing.Ratio {
	r, err := housing.RatioOf(1, 100) //nolint:mnd // a percent
	if err != nil {
		return housing.Ratio{}
	}
	return r
}
