package paymentcode_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/receipts/paymentcode"
)

func threeWhales() paymentcode.Payment {
	return paymentcode.Payment{
		Name: "ООО «Три кита»", PersonalAcc: "40702810138250123017", BankName: `ОАО "БАНК"`,
		BIC: "044525225", CorrespAcc: "30101810400000000225",
	}
}

func with(change func(*paymentcode.Payment)) paymentcode.Payment {
	p := threeWhales()
	change(&p)
	return p
}

// The QR cases are published examples of the standard, without the separator that some libraries
// write at the end and with a real encoding digit.
func TestText(t *testing.T) {
	t.Parallel()
	october, err := housing.ParsePeriod("2026-10")
	if err != nil {
		t.Fatal(err)
	}
	head := "Name=ООО «Три кита»|PersonalAcc=40702810138250123017|BankName="
	tail := "|BIC=044525225|CorrespAcc=30101810400000000225"
	for name, test := range map[string]struct {
		payment paymentcode.Payment
		want    string
	}{
		"QR-02 separator": {
			with(func(p *paymentcode.Payment) { p.BankName = `ОАО | "БАНК"` }),
			`ST00012#Name=ООО «Три кита»#PersonalAcc=40702810138250123017#BankName=ОАО | "БАНК"#BIC=044525225#CorrespAcc=30101810400000000225`,
		},
		"QR-03 sum and payer": {
			with(func(p *paymentcode.Payment) {
				p.BankName, p.Sum, p.LastName, p.FirstName = `=ОАО "БАНК"`, 125_000, "Herrmann", "Raffael"
			}),
			`ST00012|` + head + `=ОАО "БАНК"` + tail + `|Sum=125000|LastName=Herrmann|FirstName=Raffael`,
		},
		"QR-04 sample of the standard": {
			with(func(p *paymentcode.Payment) {
				p.Name, p.Sum, p.Purpose, p.PayeeINN = `ООО "Три кита"`, 100_000, "Оплата членского взноса", "6200098765"
				p.LastName, p.FirstName, p.MiddleName = "Иванов", "Иван", "Иванович"
				p.PayerAddress = "г.Рязань, ул.Ленина, д.10, кв.15"
			}),
			`ST00012|Name=ООО "Три кита"|PersonalAcc=40702810138250123017|BankName=ОАО "БАНК"|BIC=044525225|CorrespAcc=30101810400000000225|` +
				`Sum=100000|Purpose=Оплата членского взноса|PayeeINN=6200098765|LastName=Иванов|FirstName=Иван|MiddleName=Иванович|` +
				`PayerAddress=г.Рязань, ул.Ленина, д.10, кв.15`,
		},
		"housing": {
			with(func(p *paymentcode.Payment) {
				p.KPP, p.PersAcc, p.PaymPeriod, p.TechCode = "620001001", "0001234567", october, paymentcode.HousingTechCode
			}),
			`ST00012|` + head + `ОАО "БАНК"` + tail + `|KPP=620001001|PersAcc=0001234567|PaymPeriod=102026|TechCode=02`,
		},
		"separators before the last are used": {
			with(func(p *paymentcode.Payment) { p.Purpose = "|#;:^_" }),
			`ST00012~` + strings.ReplaceAll(head+`ОАО "БАНК"`+tail, "|", "~") + `~Purpose=|#;:^_`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := test.payment.Text(paymentcode.UTF8)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("text (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTextSumInKopecks(t *testing.T) {
	t.Parallel()
	for roubles, want := range map[string]string{"1234.56": "|Sum=123456", "1500": "|Sum=150000", "0": ""} { // QR-06
		sum, err := housing.ParseMoney(roubles)
		if err != nil {
			t.Fatal(err)
		}
		text, err := with(func(p *paymentcode.Payment) { p.Sum = sum }).Text(0)
		if err != nil {
			t.Fatal(err)
		}
		_, got, _ := strings.Cut(text, "CorrespAcc=30101810400000000225")
		if got != want {
			t.Errorf("%s roubles: %q, want %q", roubles, got, want)
		}
	}
}

func TestTextEncodings(t *testing.T) {
	t.Parallel()
	p := with(func(p *paymentcode.Payment) { p.Name = "Ия" })
	for enc, want := range map[paymentcode.Encoding]string{
		paymentcode.Windows1251: "ST00011|Name=\xc8\xff|",
		paymentcode.UTF8:        "ST00012|Name=Ия|",
		paymentcode.KOI8R:       "ST00013|Name=\xe9\xd1|",
	} {
		text, err := p.Text(enc)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(text, want) {
			t.Errorf("encoding %c: %q, want it to begin with %q", enc, text, want)
		}
	}
}

func TestTextRefuses(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		change func(*paymentcode.Payment)
		enc    paymentcode.Encoding
		field  string
	}{
		"no name":           {func(p *paymentcode.Payment) { p.Name = "" }, '2', "Name"},
		"long name":         {func(p *paymentcode.Payment) { p.Name = strings.Repeat("a", 161) }, '2', "Name"},
		"short account":     {func(p *paymentcode.Payment) { p.PersonalAcc = "4070281013825012301" }, '2', "PersonalAcc"},
		"letter in account": {func(p *paymentcode.Payment) { p.PersonalAcc = "4070281013825012301О" }, '2', "PersonalAcc"},
		"no bank":           {func(p *paymentcode.Payment) { p.BankName = "" }, '2', "BankName"},
		"long bank":         {func(p *paymentcode.Payment) { p.BankName = strings.Repeat("б", 46) }, '2', "BankName"},
		"bad BIC":           {func(p *paymentcode.Payment) { p.BIC = "04452522" }, '2', "BIC"},
		"bad corr account":  {func(p *paymentcode.Payment) { p.CorrespAcc = "301" }, '2', "CorrespAcc"},
		"negative sum":      {func(p *paymentcode.Payment) { p.Sum = -1 }, '2', "Sum"},
		"sum of 19 digits":  {func(p *paymentcode.Payment) { p.Sum = 1e18 }, '2', "Sum"},
		"long purpose":      {func(p *paymentcode.Payment) { p.Purpose = strings.Repeat("п", 161) }, '2', "Purpose"},
		"bad INN":           {func(p *paymentcode.Payment) { p.PayeeINN = "62000987651" }, '2', "PayeeINN"},
		"bad KPP":           {func(p *paymentcode.Payment) { p.KPP = "-" }, '2', "KPP"},
		"bad code":          {func(p *paymentcode.Payment) { p.TechCode = "2" }, '2', "TechCode"},
		"line break":        {func(p *paymentcode.Payment) { p.PersAcc = "1\n2" }, '2', "PersAcc"},
		"not UTF-8":         {func(p *paymentcode.Payment) { p.LastName = "\xff" }, '2', "LastName"},
		"not in the set":    {func(p *paymentcode.Payment) { p.LastName = "Ғайса" }, '1', "LastName"},
		"block too large":   {func(p *paymentcode.Payment) { p.Name = strings.Repeat("б", 150) }, '2', ""},
		"no separator left": {func(p *paymentcode.Payment) { p.Purpose = "|#;:^_~" }, '2', ""},
		"unknown encoding":  {func(*paymentcode.Payment) {}, '0', ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := with(test.change).Text(test.enc)
			if !errors.Is(err, paymentcode.ErrInvalid) {
				t.Fatalf("error %v, want ErrInvalid", err)
			}
			var field *paymentcode.FieldError
			if !errors.As(err, &field) || field.Field != test.field {
				t.Errorf("error %v, want one of field %q", err, test.field)
			}
		})
	}
}

func TestTextReportsAll(t *testing.T) {
	t.Parallel()
	_, err := paymentcode.Payment{Sum: -5}.Text(paymentcode.UTF8)
	if err == nil {
		t.Fatal("an empty payment is taken")
	}
	for _, field := range []string{"Name", "PersonalAcc", "BankName", "BIC", "Sum"} {
		if !strings.Contains(err.Error(), "field "+field+":") {
			t.Errorf("%s is missing in: %v", field, err)
		}
	}
}

func TestBlockSize(t *testing.T) {
	t.Parallel()
	p := threeWhales()
	text, err := p.Text(paymentcode.UTF8)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := p.BlockSize(paymentcode.UTF8), len(text)-len("ST00012"); got != want {
		t.Errorf("UTF-8 block of %d bytes, want %d", got, want)
	}
	text, err = p.Text(paymentcode.Windows1251)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := p.BlockSize(paymentcode.Windows1251), len(text)-len("ST00011"); got != want {
		t.Errorf("windows-1251 block of %d bytes, want %d", got, want)
	}
}

func TestQRTooLong(t *testing.T) {
	t.Parallel()
	if _, err := paymentcode.QR(strings.Repeat("я", 2000)); err == nil {
		t.Error("4000 bytes are taken")
	}
}

func FuzzText(f *testing.F) {
	f.Add("ООО «Три кита»", "Оплата | # ;")
	f.Add("\xff", "\n")
	f.Fuzz(func(t *testing.T, name, purpose string) {
		p := threeWhales()
		p.Name, p.Purpose = name, purpose
		text, err := p.Text(paymentcode.UTF8)
		if err != nil {
			if !errors.Is(err, paymentcode.ErrInvalid) {
				t.Fatal(err)
			}
			return
		}
		// Whoever reads it back by the eighth character gets the same values.
		fields := strings.Split(text[8:], text[7:8])
		if fields[0] != "Name="+name || (purpose != "" && fields[len(fields)-1] != "Purpose="+purpose) {
			t.Errorf("%q reads back as %q", text, fields)
		}
	})
}
