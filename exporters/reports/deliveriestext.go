package reports

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"strconv"
	"time"

	"github.com/kvitok-gkh/kvitok/housing"
)

// WriteDeliveriesText writes the реестр доставки as text: UTF-8 with its mark, cells separated by «;», as Excel opens it.
func WriteDeliveriesText(w io.Writer, zone *time.Location, rows iter.Seq2[housing.DocumentDelivery, error]) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return fmt.Errorf("write the register of deliveries: %w", err)
	}
	out := csv.NewWriter(w)
	out.Comma, out.UseCRLF = ';', true
	moment := func(at *time.Time) string {
		if at == nil {
			return ""
		}
		return at.In(zone).Format("02.01.2006 15:04:05")
	}
	err := out.Write([]string{
		"Лицевой счёт", "Адрес", "Помещение", "№ документа", "Версия", "Выпущена", "Заменена, отозвана", "Доставка", "На печать", "E-mail", "Письмо",
		"Отправлено", "Попыток", "Ответ почтового сервера", "Метка письма",
	})
	for r, rowErr := range rows {
		if err != nil || rowErr != nil {
			return fmt.Errorf("write the register of deliveries: %w", errors.Join(err, rowErr))
		}
		err = out.Write([]string{
			r.Account.Number, r.House, r.Account.Premises.Title(), r.Number, strconv.Itoa(r.Version), moment(&r.IssuedAt), moment(r.EndedAt),
			r.Wish.Russian(), printed(&r), r.Email, letterText(&r), moment(r.SentAt), strconv.Itoa(r.Attempts), r.Answer, r.Token,
		})
	}
	if out.Flush(); err == nil {
		err = out.Error()
	}
	if err != nil {
		return fmt.Errorf("write the register of deliveries: %w", err)
	}
	return nil
}
