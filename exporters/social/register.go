package social

import (
	"bufio"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"

	"github.com/kvitok-gkh/kvitok/exporters"
	"github.com/kvitok-gkh/kvitok/housing"
)

// registerColumns are those of WriteRegister in their order.
func registerColumns() []string {
	return []string{
		"СНИЛС", "Фамилия", "Имя", "Отчество", "Дата рождения", "Лицевой счёт", "Адрес", "Помещение", "Площадь, м²", "Проживает", "Категория",
		"Услуга", "Объём", "Объём льготы", "Единица", "Норматив", "Тариф", "Начислено", "Перерасчёт", "Процент", "Скидка", "Компенсация", "Долг по решению суда",
		"Долг с месяца", "Месяц", "Документ",
	}
}

// WriteRegister writes the registry of benefits for an authority of social protection, a person and a service a row: no
// federal form is known, so that the columns are those that authorities ask (person, address, area, people, service,
// volume, norm, tariff, charged, recalculated, debt, month; of debts only what a court confirmed) with what the benefit came to. Windows-1251, «;», decimal point;
// a row of an earlier month is its correction; the last row has the totals. A delimiter inside a value is replaced by a comma.
func WriteRegister(w io.Writer, rows iter.Seq2[housing.BenefitRow, error]) (int, error) {
	encoder, err := exporters.NewEncoder(exporters.Windows1251)
	if err != nil {
		return 0, fmt.Errorf("start a registry of benefits: %w", err)
	}
	out := bufio.NewWriter(w)
	var line []byte
	put := func(cells []string) error {
		for i := range cells {
			cells[i] = strings.NewReplacer(";", ",", "\r", " ", "\n", " ").Replace(cells[i])
		}
		line, _ = encoder.Append(line[:0], strings.Join(cells, ";")+"\r\n")
		if _, err := out.Write(line); err != nil {
			return fmt.Errorf("write a registry of benefits: %w", err)
		}
		return nil
	}
	if err := put(registerColumns()); err != nil {
		return 0, err
	}
	n := 0
	var discount, compensation housing.Money
	for b, err := range rows {
		if err != nil {
			return n, fmt.Errorf("read a benefit: %w", err)
		}
		n++
		discount += b.Discount
		compensation += b.Compensation
		if err := put(registerRow(&b)); err != nil {
			return n, err
		}
	}
	total := make([]string, len(registerColumns()))
	total[0], total[1], total[20], total[21] = "ИТОГО", "строк: "+strconv.Itoa(n), discount.String(), compensation.String()
	if err := put(total); err != nil {
		return n, err
	}
	if err := out.Flush(); err != nil {
		return n, fmt.Errorf("write a registry of benefits: %w", err)
	}
	return n, nil
}

func registerRow(b *housing.BenefitRow) []string {
	filled := func(d housing.Decimal) string {
		if d.IsZero() {
			return ""
		}
		return d.Trim().String()
	}
	born := ""
	if !b.Person.Born.IsZero() {
		born = b.Person.Born.Russian()
	}
	since := ""
	if !b.CourtSince.IsZero() {
		since = b.CourtSince.String()
	}
	return []string{
		b.SNILS, b.Person.Last, b.Person.First, b.Person.Patronymic, born, b.Account.Number, b.House, b.Account.Premises.Title(),
		b.Area.String(), strconv.Itoa(b.People), b.Category, b.Service.Russian(), b.Volume.Trim().String(), filled(b.Covered), b.Service.Unit(),
		filled(b.Norm), b.Price.String(), b.Charged.String(), b.Recalculated.String(), filled(b.Percent), b.Discount.String(),
		b.Compensation.String(), b.CourtDebt.String(), since, b.Month.String(), b.Document,
	}
}
