package receipts

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/kvitok-gkh/kvitok/housing"
)

func decimal(tb testing.TB, s string) housing.Decimal {
	tb.Helper()
	d, err := housing.ParseDecimal(s)
	if err != nil {
		tb.Fatal(err)
	}
	return d
}

func date(tb testing.TB, s string) housing.Date {
	tb.Helper()
	d, err := housing.ParseDate(s)
	if err != nil {
		tb.Fatal(err)
	}
	return d
}

func issuer() housing.Organisation {
	return housing.Organisation{
		INN: "6200098765", KPP: "620001001",
		Name: "Общество с ограниченной ответственностью «Управляющая компания „Садовая“»", ShortName: "ООО «УК „Садовая“»",
		Address: "390000, г. Примерск, ул. Ленина, д. 1, оф. 12",
		Phone:   "+7 (4912) 55-01-02", Email: "info@sadovaya.example", Site: "sadovaya.example",
		Bank: housing.Bank{
			Account: "40702810138250123017", Name: "ПАО «Примерский банк», г. Примерск",
			BIC: "044525225", CorrAccount: "30101810400000000225",
		},
	}
}

func fund() housing.Organisation {
	return housing.Organisation{
		INN: "6234123456", KPP: "623401001",
		Name: "Фонд капитального ремонта многоквартирных домов Примерской области", ShortName: "Фонд капремонта Примерской области",
		Bank: housing.Bank{
			Account: "40604810500000000123", Name: "Отделение Примерск Банка России",
			BIC: "046126001", CorrAccount: "30101810500000000614",
		},
	}
}

// document is an ordinary receipt: twelve lines, one payee.
func document(tb testing.TB) *housing.PaymentDocument {
	tb.Helper()
	period, err := housing.ParsePeriod("2026-10")
	if err != nil {
		tb.Fatal(err)
	}
	inn := issuer().INN
	doc := &housing.PaymentDocument{
		Number: "2026-10-0004217", Identifier: "00АА123456-78-6101", Period: period, PayBy: date(tb, "2026-11-10"),
		Issuer: issuer(),
		House:  housing.House{Address: "г. Примерск, ул. Садовая, д. 5, корп. 2", Kind: housing.BlockOfFlats},
		Account: housing.Account{
			Number: "0001234567", Unified: "00АА123456", ServiceID: "00АА123456-01",
			Premises: housing.Premises{Flat: "45а", Kind: housing.Flat}, Payer: "Константинопольская Анастасия Александровна",
		},
		Area: decimal(tb, "54.30"), People: 3,
		Opening: 125_000, Charged: 731_217, Paid: 125_000, LastPaid: date(tb, "2026-10-08"), Penalty: 1234, ToPay: 732_451,
	}
	add := func(s housing.Service, z housing.Zone, m housing.Method, volume, price string, amount housing.Money) {
		doc.Lines = append(doc.Lines, housing.DocumentLine{
			Service: s, Zone: z, Payee: inn, Method: m, Volume: decimal(tb, volume), Price: decimal(tb, price), Charged: amount, Total: amount,
		})
	}
	add(housing.Maintenance, "", housing.ByArea, "54.30", "31.25", 169_688)
	add(housing.ColdWater, "", housing.ByMeter, "8.412", "42.30", 35_583)
	add(housing.HotWater, "", housing.ByNorm, "9.60", "215.48", 206_861)
	add(housing.Sewage, "", housing.ByMeter, "18.012", "36.15", 65_113)
	add(housing.Electricity, housing.ZoneDay, housing.ByMeter, "142", "6.43", 91_306)
	add(housing.Electricity, housing.ZoneNight, housing.ByMeter, "61", "3.21", 19_581)
	add(housing.Heating, "", housing.ByHouseMeter, "0.8324170", "2315.47", 192_744)
	add(housing.SolidWaste, "", housing.ByPeople, "0.5475", "845.12", 46_270)
	hot := &doc.Lines[2]
	hot.Coefficient, hot.Excess, hot.Total = decimal(tb, "1.5"), 103_431, 206_861+103_431
	waste := &doc.Lines[7]
	waste.Corrected, waste.Benefit = -15_424, -10_000
	waste.Total = 46_270 - 15_424 - 10_000
	addYear(tb, doc)
	doc.Charged = 0
	for _, line := range doc.Lines {
		doc.Charged += line.Total
	}
	doc.ToPay = doc.Opening + doc.Charged + doc.Penalty - doc.Paid
	addReference(tb, doc)
	total(doc)
	return doc
}

// addYear adds what a resident sees of the months before.
func addYear(tb testing.TB, doc *housing.PaymentDocument) {
	tb.Helper()
	doc.CheckCode, doc.ReadingsBy = "7319-5528-0467", date(tb, "2026-11-25")
	for i := range 12 {
		amount := housing.Money(610_000 + i*i*2_345)
		doc.Months = append(doc.Months, housing.MonthSum{Period: doc.Period - 11 + housing.Period(i), Amount: amount})
	}
	doc.Change = &housing.MonthChange{
		Was: 817_845, Now: 905_153, Service: housing.Heating, ServiceWas: 96_372, ServiceNow: 192_744,
		VolumeWas: decimal(tb, "0.4162085"), VolumeNow: decimal(tb, "0.8324170"), PriceWas: decimal(tb, "2315.47"), PriceNow: decimal(tb, "2315.47"),
	}
}

// addReference adds meters, norms and volumes of the house.
func addReference(tb testing.TB, doc *housing.PaymentDocument) {
	tb.Helper()
	meter := func(s housing.Service, serial string, z housing.Zone, previous, current, volume string) {
		doc.Meters = append(doc.Meters, housing.DocumentMeter{
			Service: s, Serial: serial, Zone: z, PreviousOn: date(tb, "2026-09-23"), Previous: decimal(tb, previous),
			CurrentOn: date(tb, "2026-10-24"), Current: decimal(tb, current), Volume: decimal(tb, volume), VerifyBy: date(tb, "2029-05-14"), Digits: 5,
		})
		m := &doc.Meters[len(doc.Meters)-1]
		for i := range 12 {
			use := housing.MonthVolume{Period: doc.Period - 11 + housing.Period(i), Zone: z, Volume: decimal(tb, strconv.Itoa(3+i%4)), Metered: i != 4}
			if i == 11 {
				use.Volume = m.Volume
			}
			m.Use = append(m.Use, use)
		}
	}
	meter(housing.ColdWater, "14-058211", "", "214.107", "222.519", "8.412")
	meter(housing.Electricity, "011076142039587", housing.ZoneDay, "10452", "10594", "142")
	meter(housing.Electricity, "011076142039587", housing.ZoneNight, "4310", "4371", "61")
	act := "Постановление ГУ РЭК Примерской области от 18.12.2025 № 412"
	doc.Reference = []housing.ReferenceLine{
		{Service: housing.Maintenance, Document: "Протокол общего собрания собственников от 14.03.2026 № 2"},
		{Service: housing.ColdWater, Norm: decimal(tb, "4.50"), NormBase: housing.PerPerson, HouseVolume: decimal(tb, "1204.500"), Document: act},
		{Service: housing.HotWater, Norm: decimal(tb, "3.20"), NormBase: housing.PerPerson, HouseVolume: decimal(tb, "873.110"), Document: act},
		{Service: housing.Sewage, Norm: decimal(tb, "7.70"), NormBase: housing.PerPerson, Document: act},
		{Service: housing.Electricity, Norm: decimal(tb, "112"), NormBase: housing.PerPerson, HouseVolume: decimal(tb, "18422"), Document: act},
		{Service: housing.Heating, Norm: decimal(tb, "0.0175"), NormBase: housing.PerArea, HouseVolume: decimal(tb, "96.4120"), Document: act},
		{Service: housing.SolidWaste, Norm: decimal(tb, "2.19"), NormBase: housing.PerPerson, Document: act},
	}
}

// total gives the only payee what the document says.
func total(doc *housing.PaymentDocument) {
	doc.Payees = []housing.PayeeTotal{{
		Payee: issuer(), Opening: doc.Opening, Charged: doc.Charged, Penalty: doc.Penalty, Paid: doc.Paid, ToPay: doc.ToPay,
	}}
}

// recalculated says why the waste line was corrected.
func recalculated(tb testing.TB) *housing.PaymentDocument {
	tb.Helper()
	doc := document(tb)
	doc.Recalculations = []housing.Recalculation{
		{
			Service: housing.SolidWaste, Period: doc.Period.Prev(), Amount: -15_424,
			Ground: "Временное отсутствие одного проживающего с 05.09.2026 по 25.09.2026, заявление от 28.09.2026 № 18, справка о месте пребывания",
		},
	}
	return doc
}

// agreed pays a debt by instalments, is sent elsewhere, and has a meter that failed.
func agreed(tb testing.TB) *housing.PaymentDocument {
	tb.Helper()
	doc := document(tb)
	doc.DeliverTo, doc.PostalIndex = "г. Дальний, ул. Верхняя, д. 17, кв. 3", "390999"
	doc.Instalments = []housing.Instalment{{
		Document: "Соглашение о рассрочке от 12.08.2026 № 31-р", Payment: 41_667, Interest: 1_042, Rate: decimal(tb, "10"), Left: 83_333,
	}}
	doc.Meters[0].FailedOn, doc.Meters[0].Instead = date(tb, "2026-09-28"), housing.ByAverage
	doc.Lines[1].Method = housing.ByAverage
	return doc
}

// twoPayees adds capital repair, paid to a fund.
func twoPayees(tb testing.TB) *housing.PaymentDocument {
	tb.Helper()
	doc := document(tb)
	const repair = 62_445
	doc.Lines = append(doc.Lines, housing.DocumentLine{
		Service: housing.CapitalRepair, Payee: fund().INN, Method: housing.ByArea,
		Volume: decimal(tb, "54.30"), Price: decimal(tb, "11.50"), Charged: repair, Total: repair,
	})
	doc.Payees = append(doc.Payees, housing.PayeeTotal{Payee: fund(), Charged: repair, ToPay: repair})
	doc.Charged += repair
	doc.ToPay += repair
	return doc
}

// advance has been paid more than was charged.
func advance(tb testing.TB) *housing.PaymentDocument {
	tb.Helper()
	doc := document(tb)
	doc.Opening, doc.Paid, doc.Penalty = -1_000_000, 0, 0
	doc.ToPay = doc.Opening + doc.Charged
	total(doc)
	return doc
}

// zero has exactly been paid.
func zero(tb testing.TB) *housing.PaymentDocument {
	tb.Helper()
	doc := document(tb)
	doc.Paid = doc.Opening + doc.Charged + doc.Penalty
	doc.ToPay = 0
	total(doc)
	return doc
}

// many has forty lines, as many tariff documents and long names everywhere.
func many(tb testing.TB) *housing.PaymentDocument {
	tb.Helper()
	doc := document(tb)
	services := slices.DeleteFunc(housing.Services(), func(s housing.Service) bool { // long names have a case of their own
		return s.Resource() != "" || s == housing.HotWaterHeat
	})
	for i := len(doc.Lines); i < 40; i++ {
		doc.Lines = append(doc.Lines, housing.DocumentLine{
			Service: services[i%len(services)], Payee: issuer().INN, Method: housing.ByPeople,
			Volume: decimal(tb, "1234567.1234567"), Price: decimal(tb, "12345.6789"), Charged: 100, Total: 100,
		})
		doc.Charged += 100
		doc.Reference = append(doc.Reference, housing.ReferenceLine{Service: services[i%len(services)], Document: "Приказ № " + strconv.Itoa(i)})
	}
	doc.ToPay = doc.Opening + doc.Charged + doc.Penalty - doc.Paid
	total(doc)
	return doc
}

// long has names of 200 characters and an amount of billions.
func long(tb testing.TB) *housing.PaymentDocument {
	tb.Helper()
	doc := document(tb)
	name := strings.Repeat("Муниципальное унитарное предприятие города ", 5)
	doc.Issuer.Name = string([]rune(name)[:200])
	doc.Issuer.ShortName = ""
	doc.Account.Payer = strings.Repeat("Ж", 200)
	doc.Account.Number = "12345678901234567890"
	doc.House.Address = string([]rune(strings.Repeat("Примерская область, Дальний район, ", 6))[:200])
	doc.Opening = 123_456_789_012_34
	doc.ToPay = doc.Opening + doc.Charged + doc.Penalty - doc.Paid
	total(doc)
	doc.Payees[0].Payee = doc.Issuer
	doc.Payees[0].Payee.Bank.Name = "Публичное акционерное общество «Очень Длинное Название Банка Развития Примерской области»"
	return doc
}

// common is a receipt with what is used for the common property.
func common(tb testing.TB) *housing.PaymentDocument {
	tb.Helper()
	doc := document(tb)
	for _, line := range []housing.DocumentLine{
		{Service: housing.CommonColdWater, Method: housing.ByNorm, Volume: decimal(tb, "0.2107"), Price: decimal(tb, "42.30"), Charged: 891, Total: 891},
		{Service: housing.CommonElectricity, Method: housing.ByHouseMeter, Volume: decimal(tb, "4.21"), Price: decimal(tb, "6.43"), Charged: 2707, Total: 2707},
	} {
		line.Payee = doc.Issuer.INN
		doc.Lines = slices.Insert(doc.Lines, 1, line)
		doc.Charged += line.Total
		doc.ToPay += line.Total
	}
	doc.Payees = nil
	total(doc)
	return doc
}
