package housing

// CorrectionCause is which late fact a correction of a closed month comes from.
type CorrectionCause string

// The causes, in the order in which they are split.
const (
	LateHouse     CorrectionCause = "house"     // facts of the house: volumes, area, equipment, containers
	LateTariff    CorrectionCause = "tariff"    //
	LateNorm      CorrectionCause = "norm"      //
	LateAccount   CorrectionCause = "account"   // an account that was opened or closed late
	LateService   CorrectionCause = "service"   // services and payees
	LateArea      CorrectionCause = "area"      //
	LatePeople    CorrectionCause = "people"    // permanent and temporary residents
	LateMeter     CorrectionCause = "meter"     // the meter itself, its verification and acts
	LateReading   CorrectionCause = "reading"   //
	LateEstimate  CorrectionCause = "estimate"  // a reading that measures months charged by an average or norm
	LateEarlier   CorrectionCause = "earlier"   // an earlier month was corrected, this one looks back at it
	LateAbsence   CorrectionCause = "absence"   //
	LateViolation CorrectionCause = "violation" //
	LateQuality   CorrectionCause = "quality"   //
	LateYear      CorrectionCause = "year"      // what the yearly correction looks back at
	LateBenefit   CorrectionCause = "benefit"   // a benefit or subsidy granted, ended or changed for past days
)

// Russian is the reason as receipts and reports print it.
func (c CorrectionCause) Russian() string {
	switch c {
	case LateEarlier:
		return "перерасчёт более раннего месяца"
	case LateHouse:
		return "сведения о доме, поступившие после закрытия месяца"
	case LateTariff:
		return "изменение тарифа за закрытый месяц"
	case LateNorm:
		return "изменение норматива за закрытый месяц"
	case LateAccount:
		return "открытие или закрытие лицевого счёта задним числом"
	case LateService:
		return "изменение состава услуг за закрытый месяц"
	case LateArea:
		return "изменение площади или права на помещение за закрытый месяц"
	case LatePeople:
		return "изменение числа проживающих за закрытый месяц"
	case LateMeter:
		return "сведения о приборе учёта, поступившие после закрытия месяца"
	case LateReading:
		return "показания прибора учёта, поступившие после закрытия месяца"
	case LateEstimate:
		return "расчёт без показаний уточнён по показаниям прибора учёта"
	case LateAbsence:
		return "временное отсутствие"
	case LateViolation:
		return "акт о нарушении"
	case LateQuality:
		return "услуга ненадлежащего качества или с перерывами"
	case LateYear:
		return "изменение данных годовой корректировки"
	case LateBenefit:
		return "льгота или субсидия за закрытый месяц"
	}
	return string(c)
}

// CorrectionCauses lists the causes in the order in which they are split.
func CorrectionCauses() []CorrectionCause {
	return []CorrectionCause{
		LateHouse, LateTariff, LateNorm, LateAccount, LateService, LateArea, LatePeople, LateMeter,
		LateReading, LateEstimate, LateEarlier, LateAbsence, LateViolation, LateQuality, LateYear, LateBenefit,
	}
}

// CorrectionFact is a late fact that a correction rests on.
type CorrectionFact struct {
	Text   string `json:"text"` // in Russian, the act where there is one
	Source Source `json:"source,omitzero"`
	Undone bool   `json:"undone,omitzero"` // it no longer holds
}

// Russian writes the fact with the row or message that brought it.
func (f CorrectionFact) Russian() string {
	text := f.Text
	if f.Undone {
		text = "отменено: " + text
	}
	if f.Source != (Source{}) {
		text += " (" + f.Source.Russian() + ")"
	}
	return text
}

// CorrectionLine is what a late fact comes to: the difference of one account, closed month, service and
// payee by one cause.
type CorrectionLine struct {
	Account   Account          `json:"account"`
	House     string           `json:"house"` // address
	Month     Period           `json:"month"` // the closed month
	Service   Service          `json:"service"`
	Payee     string           `json:"payee"` // INN
	Cause     CorrectionCause  `json:"cause"`
	Was       Money            `json:"was"` // for the month, earlier corrections and causes before this one among it
	Now       Money            `json:"now"`
	Amount    Money            `json:"amount"`              // Now − Was
	VolumeWas Decimal          `json:"volume_was"`          // of the base lines
	VolumeNow Decimal          `json:"volume_now"`          //
	Facts     []CorrectionFact `json:"facts,omitempty"`     //
	NotBooked string           `json:"not_booked,omitzero"` // code of the reason why it is not
	Round     int              `json:"round,omitzero"`      // of corrections of the house in the month
	Booked    Period           `json:"booked,omitzero"`     // the month it was booked in
	Grounds   string           `json:"grounds,omitzero"`    // facts in Russian, as booked
}

// shownFacts is how many facts are named beside a line; the others are counted.
const shownFacts = 3

// Document names the facts behind the line, in Russian.
func (l *CorrectionLine) Document() string {
	if l.Grounds != "" {
		return l.Grounds
	}
	return factsText(l.Facts)
}

func factsText(facts []CorrectionFact) string {
	text := ""
	for i := range facts {
		if i == shownFacts {
			return text + "; и ещё " + Whole(int64(len(facts)-shownFacts)).String()
		}
		if i > 0 {
			text += "; "
		}
		text += facts[i].Russian()
	}
	return text
}
