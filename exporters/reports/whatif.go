package reports

import (
	"fmt"
	"io"
	"strconv"

	"github.com/kvitok-gkh/kvitok/exporters/workbook"
	"github.com/kvitok-gkh/kvitok/housing"
)

// WhatIf is what a month comes to at other tariffs and norms. Only accounts that can be charged both
// ways are compared; the others are named with the reason.
type WhatIf struct {
	File     string          `json:"file"`            // of the rates tried
	Tariffs  int             `json:"tariffs"`         // of the file
	Norms    int             `json:"norms"`           // of the file
	On       housing.Date    `json:"on,omitzero"`     // the rates of this day were tried for the whole month
	Limit    housing.Decimal `json:"limit_percent"`   // of a rise
	Notes    []string        `json:"notes,omitempty"` // in Russian: rows of the file without effect
	Stands   housing.Money   `json:"stands"`          // charges of the month in the database
	Again    housing.Money   `json:"computed_again"`  // all houses computed again at the rates of their snapshots
	Total    Change          `json:"total"`           //
	Services []ServiceChange `json:"services"`        //
	Houses   []HouseChange   `json:"houses"`          // every house of the month
	Above    []AccountChange `json:"above_limit"`     // the largest rise first
	Largest  []AccountChange `json:"largest"`         // the ten largest rises, whatever the limit
	Omitted  []NotCompared   `json:"not_compared"`    // accounts
	Failed   int             `json:"houses_failed"`   // houses that could not be computed again
}

// Change is money now and at the rates tried.
type Change struct {
	Accounts   int              `json:"accounts"`
	Now        housing.Money    `json:"now"`
	Then       housing.Money    `json:"then"`
	Difference housing.Money    `json:"difference"`
	Percent    *housing.Decimal `json:"percent,omitempty"` // of Now; nil where that is 0
	Above      int              `json:"above_limit"`       // accounts that rise by more than the limit
}

// ServiceChange is the change of one service; Above counts accounts whose payment for it rises.
type ServiceChange struct {
	Service housing.Service `json:"service"`
	Change
}

// HouseChange is the change of one house. Failed says in Russian why it could not be computed.
type HouseChange struct {
	House string `json:"house"`
	Change
	Omitted int    `json:"not_compared,omitempty"`
	Failed  string `json:"failed,omitempty"`
}

// AccountChange is the change of one account.
type AccountChange struct {
	House      string           `json:"house"`
	Premises   string           `json:"premises,omitempty"`
	Account    string           `json:"account"`
	Now        housing.Money    `json:"now"`
	Then       housing.Money    `json:"then"`
	Difference housing.Money    `json:"difference"`
	Percent    *housing.Decimal `json:"percent,omitempty"`
}

// NotCompared is an account that can be charged only one way, or neither.
type NotCompared struct {
	House   string `json:"house"`
	Account string `json:"account"`
	Reason  string `json:"reason"` // in Russian
}

const whatIfTitle = "Что будет при других тарифах и нормативах"

// WriteWhatIf writes the comparison: services, houses, accounts that rise above the limit, and those
// that could not be compared where there are any.
func WriteWhatIf(w io.Writer, meta Meta, what WhatIf) (Control, error) {
	meta.Filters = what.filters()
	sections := []section{
		{servicesChanged(), what.addServices},
		{housesChanged(), what.addHouses},
		{accountsRisen("Счета с ростом выше порога"), func(t *table) error { return addAccounts(t, what.Above) }},
		{accountsRisen("Наибольший рост"), func(t *table) error { return addAccounts(t, what.Largest) }},
	}
	if len(what.Omitted) > 0 {
		sections = append(sections, section{accountsOmitted(), what.addOmitted})
	}
	return writeSections(w, meta, whatIfTitle, sections, what.further())
}

func (what WhatIf) filters() []string {
	rates := "ставки из файла " + what.File + " (тарифов: " + strconv.Itoa(what.Tariffs) + ", нормативов: " +
		strconv.Itoa(what.Norms) + ")"
	if !what.On.IsZero() {
		rates += " на " + what.On.Russian() + ", весь месяц"
	}
	return []string{rates, "порог роста " + what.Limit.Russian() + " %"}
}

// further is what the sheet «Контроль» says beside the sums: how far the comparison can be trusted.
func (what WhatIf) further() []Total {
	gap := "—"
	if difference, err := what.Again.Sub(what.Stands); err == nil {
		gap = agrees(difference)
	}
	change := "—"
	if what.Total.Percent != nil {
		change = what.Total.Percent.Russian()
	}
	list := make([]Total, 0, 6+len(what.Notes))
	list = append(list, []Total{
		{"Начислено за месяц (стоит в базе)", what.Stands.Russian() + " ₽"},
		{"Пересчитано при прежних ставках", what.Again.Russian() + " ₽ — " + gap},
		{"Плата изменится всего, %", change},
		{"Сопоставлено лицевых счетов", strconv.Itoa(what.Total.Accounts)},
		{"Не сопоставлено лицевых счетов", strconv.Itoa(len(what.Omitted) + what.unseen())},
		{"Домов, которые не удалось пересчитать", strconv.Itoa(what.Failed)},
	}...)
	for _, note := range what.Notes {
		list = append(list, Total{"Замечание к файлу ставок", note})
	}
	return list
}

// unseen counts the accounts of houses that could not be computed.
func (what WhatIf) unseen() int {
	accounts := 0
	for _, h := range what.Houses {
		if h.Failed != "" {
			accounts += h.Omitted
		}
	}
	return accounts
}

// changeColumns are those that every cut of the comparison has.
func changeColumns(above string) []column {
	money := func(title string) column {
		return column{title: title, width: 17, format: workbook.MoneyFormat, align: "right", sum: ofMoney}
	}
	columns := []column{
		money("Сейчас, ₽"), money("Будет, ₽"), money("Разница, ₽"),
		{title: "Разница, %", width: 11, format: "#,##0.0", align: "right"},
	}
	if above != "" {
		columns = append(columns, column{title: above, width: 17, format: workbook.CountFormat, align: "right", sum: ofCounts})
	}
	return columns
}

func counted(title string, width float64) column {
	return column{title: title, width: width, format: workbook.CountFormat, align: "right", sum: ofCounts}
}

// plainCount is a column of counts that do not add up: an account has several services.
func plainCount(title string, width float64) column {
	return column{title: title, width: width, format: workbook.CountFormat, align: "right"}
}

func servicesChanged() table {
	columns := append([]column{textColumn("Услуга", 44), plainCount("Лицевых счетов", 12)}, changeColumns("")...)
	columns = append(columns, plainCount("Счетов с ростом выше порога", 17))
	return table{title: whatIfTitle + ": по услугам", name: "По услугам", columns: columns, signed: true}
}

func housesChanged() table {
	columns := append([]column{textColumn("Дом", 48), counted("Лицевых счетов", 12)}, changeColumns("Счетов с ростом выше порога")...)
	columns = append(columns, counted("Не сопоставлено счетов", 15), textColumn("Примечание", 36))
	return table{title: whatIfTitle + ": по домам", name: "По домам", columns: columns, signed: true}
}

func accountsRisen(name string) table {
	return table{title: whatIfTitle + ": " + name, name: name, columns: append(
		[]column{textColumn("Лицевой счёт", 22), textColumn("Дом", 54), textColumn("Помещение", 14)}, changeColumns("")...,
	)}
}

func accountsOmitted() table {
	return table{title: whatIfTitle + ": не сопоставлены", name: "Не сопоставлены", columns: []column{
		textColumn("Лицевой счёт", 22), textColumn("Дом", 48), textColumn("Причина", 76),
	}}
}

func (t *table) change(now, then, difference housing.Money, percent *housing.Decimal) {
	t.money(now)
	t.money(then)
	t.money(difference)
	if percent == nil {
		t.blank()
		return
	}
	t.number(*percent)
}

func (what WhatIf) addServices(t *table) error {
	for _, s := range what.Services {
		t.text(s.Service.Russian())
		t.count(s.Accounts)
		t.change(s.Now, s.Then, s.Difference, s.Percent)
		t.count(s.Above)
		if err := t.end(); err != nil {
			return err
		}
	}
	return nil
}

func (what WhatIf) addHouses(t *table) error {
	for _, h := range what.Houses {
		t.text(h.House)
		t.count(h.Accounts)
		t.change(h.Now, h.Then, h.Difference, h.Percent)
		t.count(h.Above)
		t.count(h.Omitted)
		note := ""
		if h.Failed != "" {
			note = "не пересчитан: " + h.Failed
			t.mark()
		}
		t.text(note)
		if err := t.end(); err != nil {
			return err
		}
	}
	return nil
}

func addAccounts(t *table, list []AccountChange) error {
	for _, a := range list {
		t.text(a.Account)
		t.text(a.House)
		t.text(a.Premises)
		t.change(a.Now, a.Then, a.Difference, a.Percent)
		if err := t.end(); err != nil {
			return fmt.Errorf("account %s: %w", a.Account, err)
		}
	}
	return nil
}

func (what WhatIf) addOmitted(t *table) error {
	for _, a := range what.Omitted {
		t.text(a.Account)
		t.text(a.House)
		t.text(a.Reason)
		if err := t.end(); err != nil {
			return fmt.Errorf("account %s: %w", a.Account, err)
		}
	}
	return nil
}
