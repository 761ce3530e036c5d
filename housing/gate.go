package housing

import "time"

// Causes splits the difference of two amounts by why they differ. The parts add up to it to the
// kopeck; a cause without influence is 0.
type Causes struct {
	Tariff      Money `json:"tariff,omitzero"`
	Volume      Money `json:"volume,omitzero"` // consumption, norm, way of charging
	Days        Money `json:"days,omitzero"`   // of the month with the service
	People      Money `json:"people,omitzero"`
	Area        Money `json:"area,omitzero"`
	Coefficient Money `json:"coefficient,omitzero"`
	Correction  Money `json:"correction,omitzero"`
	Services    Money `json:"services,omitzero"` // a service or a whole account began or ended
	Unexplained Money `json:"unexplained,omitzero"`
}

// List returns the parts in the order of the fields, which is that of reports.
func (c *Causes) List() []Money {
	return []Money{c.Tariff, c.Volume, c.Days, c.People, c.Area, c.Coefficient, c.Correction, c.Services, c.Unexplained}
}

// CauseTitles names the parts of Causes in the order of List, in Russian.
func CauseTitles() []string {
	return []string{
		"Тариф", "Объём", "Дни", "Проживающие", "Площадь", "Коэффициент", "Перерасчёт", "Услуги подключены, сняты", "Необъяснено",
	}
}

// ServiceChange is the change of one service of an account against the month before.
type ServiceChange struct {
	Service Service `json:"service"`
	Was     Money   `json:"was"`
	Now     Money   `json:"now"`
	Causes
	Note string `json:"note,omitzero"` // in Russian
}

// AccountChange is the change of an account's charges against the month before. Services that cost
// the same for the same reasons are left out.
type AccountChange struct {
	New bool  `json:"new,omitzero"` // nothing to compare with: a new account or a first month
	Was Money `json:"was"`
	Now Money `json:"now"`
	Causes
	Services []ServiceChange `json:"by_service,omitempty"`
}

// GateStatus is where the decision on a held account stands.
type GateStatus string

// The statuses of a hold.
const (
	GateHeld     GateStatus = "held"
	GateReleased GateStatus = "released" // to be issued as it is
	GateReturned GateStatus = "returned" // to be mended and charged again
)

// Russian returns the status as a report prints it.
func (s GateStatus) Russian() string {
	switch s {
	case GateHeld:
		return "удержан"
	case GateReleased:
		return "выпущен"
	case GateReturned:
		return "возвращён"
	}
	return ""
}

// GateHold is an account that the check before issue keeps back, or kept back until somebody decided.
type GateHold struct {
	AccountID int64         `json:"-"`
	Account   string        `json:"account"`
	House     string        `json:"house"` // address
	Premises  Premises      `json:"premises"`
	Code      string        `json:"code"`   // of the first reason
	Reason    string        `json:"reason"` // in Russian, all of them
	Key       string        `json:"key"`    // digest of what the hold was made on
	Change    AccountChange `json:"change"`
	Status    GateStatus    `json:"status"`
	By        string        `json:"decided_by,omitzero"`
	At        time.Time     `json:"decided_at,omitzero"`
	Comment   string        `json:"comment,omitzero"`
}

// GateAnswer is a person's decision on one held account; an empty status leaves it open.
type GateAnswer struct {
	Row     int
	Account string // number
	Key     string // beginning of GateHold.Key
	Status  GateStatus
	Comment string
}

// The words of the workbook of held accounts, which one room writes and another reads. Columns are
// found by their titles.
const (
	GateSheet         = "Проверка"
	GateColumnAccount = "Лицевой счёт"
	GateColumnAnswer  = "Решение"
	GateColumnComment = "Комментарий"
	GateColumnKey     = "Ключ"
	GateAnswerRelease = "выпустить"
	GateAnswerReturn  = "вернуть"
	GateKeyLength     = 16 // characters of GateHold.Key that the workbook carries
)
