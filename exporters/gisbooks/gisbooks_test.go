package gisbooks_test

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"github.com/kvitok-gkh/kvitok/exporters/gisbooks"
	"github.com/kvitok-gkh/kvitok/housing"
)

func period(t *testing.T) housing.Period {
	t.Helper()
	p, err := housing.ParsePeriod("2026-10")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func document(t *testing.T) *housing.PaymentDocument {
	t.Helper()
	payee := housing.Organisation{INN: "7701234567", KPP: "770101001", Bank: housing.Bank{Account: "40702810900000000001", BIC: "044525225"}}
	return &housing.PaymentDocument{
		Number: "1026-17", Period: period(t), Issuer: payee, Area: housing.Whole(54), People: 2, Opening: -5000, Charged: 30000, Penalty: 100,
		ToPay: 25100, Account: housing.Account{Number: "17", ServiceID: "70АА000101-01"},
		Payees: []housing.PayeeTotal{{Payee: payee, Charged: 30000, Penalty: 100, ToPay: 25100}},
		Lines: []housing.DocumentLine{
			{Service: housing.ColdWater, Payee: payee.INN, Method: housing.ByMeter, Volume: housing.Whole(5), Price: housing.Whole(40), Charged: 20000, Total: 20000},
			{Service: housing.CommonElectricity, Payee: payee.INN, Method: housing.ByNorm, Charged: 4000, Total: 4000},
			{Service: housing.CapitalRepair, Payee: payee.INN, Price: housing.Whole(10), Charged: 6000, Total: 6000},
		},
	}
}

// Every sum of a document stands in its column, the fund's and the common property's in their own; a
// document without an identifier of ЖКУ is not written.
func TestDocuments(t *testing.T) {
	t.Parallel()
	book, err := gisbooks.NewDocuments(gisbooks.Options{Temp: t.TempDir()}, period(t))
	if err != nil {
		t.Fatal(err)
	}
	unknown := document(t)
	unknown.Account.ServiceID = ""
	for _, d := range []*housing.PaymentDocument{document(t), unknown} {
		if err := book.Add(d); err != nil {
			t.Fatal(err)
		}
	}
	if !book.Full(gisbooks.MaxRows) || book.Full(3) || book.Items != 1 || book.Skipped != 1 {
		t.Errorf("written %+v", book.Control)
	}
	var out bytes.Buffer
	if err := book.Close(&out); err != nil {
		t.Fatal(err)
	}
	file, err := excelize.OpenReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close() //nolint:errcheck // only read
	want := map[string]string{
		"Разделы 1-2!A4": "70АА000101-01", "Разделы 1-2!D4": "10.2026", "Разделы 1-2!I4": "301,00", "Разделы 1-2!K4": "50,00",
		"Разделы 1-2!P4": "251,00", "Разделы 1-2!T4": "60,00", "Разделы 1-2!AD4": "240,00", "Разделы 1-2!AF4": "1,00", "Разделы 1-2!A5": "",
		"Разделы 3-6!B5": "Холодное водоснабжение", "Разделы 3-6!D5": "Прибор учета", "Разделы 3-6!I5": "200,00", "Разделы 3-6!J6": "40,00",
		"Разделы 3-6!F6": "Норматив", "Разделы 3-6!A7": "", "Капитальный ремонт!G2": "60,00", "Неустойки и судебные расходы!D3": "1,00",
		"Платежные реквизиты!E2": "301,00",
	}
	got := map[string]string{}
	for at := range want {
		sheet, cell := at[:len(at)-len(after(at))-1], after(at)
		if got[at], err = file.GetCellValue(sheet, cell); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("cells (-want +got):\n%s", diff)
	}
}

// after is what stands behind the mark.
func after(at string) string {
	for i := range at {
		if at[i] == '!' {
			return at[i+1:]
		}
	}
	return at
}
