package main

import (
	"html/template"
	"log/slog"
	"net/http"
)

// unsubscribePage is what people see who follow the link of a letter. Nothing is done by looking at it: programs that check mail follow
// links too. The same address takes the POST of mail programs (RFC 8058).
const unsubscribePage = `<!DOCTYPE html>
<html lang="ru">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="robots" content="noindex"><title>Отказ от писем</title></head>
<body style="font-family: Arial, sans-serif; max-width: 600px; margin: 2em auto; padding: 0 1em">
<h1>{{.Organisation}}</h1>
{{if .Done}}<p>Квитанции больше не будут приходить на этот адрес. Следующая придёт на бумаге.</p>
{{else if .Unknown}}<p>Такой ссылки нет. Возможно, она скопирована не целиком.</p>
{{else}}<p>Не присылать квитанции на этот адрес электронной почты? Следующая придёт на бумаге.</p>
<form method="post"><button style="font-size: 1em; padding: .5em 1em">Не присылать</button></form>
{{end}}</body>
</html>
`

// unsubscribe answers under /unsubscribe/TOKEN. The token of a letter is all the proof there is, and all that is needed.
func (a *app) unsubscribe() http.HandlerFunc {
	page := template.Must(template.New("unsubscribe").Parse(unsubscribePage))
	return func(w http.ResponseWriter, r *http.Request) {
		shown := struct {
			Organisation  string
			Done, Unknown bool
		}{Organisation: a.pipeline.Organisation.Title()}
		status := http.StatusOK
		if r.Method == http.MethodPost {
			known, err := a.pipeline.Unsubscribe(r.Context(), r.PathValue("token"))
			if err != nil {
				a.log.ErrorContext(r.Context(), "unsubscribe", slog.Any("error", err))
				http.Error(w, "Не получилось, попробуйте позже.", http.StatusInternalServerError)
				return
			}
			shown.Done, shown.Unknown = known, !known
			if !known {
				status = http.StatusNotFound
			}
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Referrer-Policy", "no-referrer")
		w.WriteHeader(status)
		if err := page.Execute(w, shown); err != nil {
			a.log.WarnContext(r.Context(), "unsubscribe: write the page", slog.Any("error", err))
		}
	}
}
