package office

import (
	"context"
	"errors"
	"html/template"
	"io/fs"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline"
)

func deskFolder(dir string) string { return filepath.Join(dir, "work", "office") }

// companies are those that a user sees.
func (s *Server) companies(ctx context.Context, user User) ([]housing.Organisation, error) {
	all, err := s.in.Reports.Companies(ctx)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(o housing.Organisation) bool { return !user.Sees(o.INN) }), nil
}

// homeData is what the main page shows.
type homeData struct {
	User, Token string
	Companies   []housing.Organisation
	Company     string // INN of the one chosen
	Months      []housing.Period
	Month       housing.Period // chosen
	Reports     []pipeline.MonthReport
	Report      string // key of the one chosen
	Problem     string
	Papers      bool // there are print files to look at
	Orders      ordersData
}

// ordersData is the table of what was ordered.
type ordersData struct {
	Jobs []job
	User string
	Keep string // how long files are kept
	Busy bool   // something is still to come
}

func (s *Server) home(w http.ResponseWriter, r *http.Request, who session) {
	s.homePage(w, r, who, http.StatusOK, "")
}

func (s *Server) homePage(w http.ResponseWriter, r *http.Request, who session, status int, problem string) {
	data, err := s.homeData(r, who)
	if err != nil {
		s.trouble(w, r, err)
		return
	}
	data.Problem = problem
	s.render(w, r, status, "home.html", data)
}

func (s *Server) homeData(r *http.Request, who session) (homeData, error) {
	data := homeData{
		User: who.user.Name, Token: who.token, Reports: pipeline.MonthReports(), Company: r.FormValue("company"), Report: r.FormValue("report"),
		Orders: s.ordersData(who),
	}
	var err error
	if data.Companies, err = s.companies(r.Context(), who.user); err != nil {
		return data, err
	}
	months := map[housing.Period]bool{}
	for _, c := range data.Companies {
		list, err := s.in.Reports.Months(r.Context(), c)
		if err != nil {
			return data, err
		}
		for _, m := range list {
			months[m] = true
		}
		data.Papers = data.Papers || (c.INN == s.in.Issuer && len(list) > 0)
	}
	for m := range months {
		data.Months = append(data.Months, m)
	}
	slices.SortFunc(data.Months, func(a, b housing.Period) int { return int(b) - int(a) })
	data.Month, _ = housing.ParsePeriod(r.FormValue("month")) // none: the first of the list
	return data, nil
}

func (s *Server) ordersData(who session) ordersData {
	data := ordersData{Jobs: s.desk.of(who.user), User: who.user.Name, Keep: hours(s.in.Config.Keep)}
	data.Busy = slices.ContainsFunc(data.Jobs, func(j job) bool { return j.state == waiting || j.state == working })
	return data
}

// place orders a report. What a form names is looked up among what the user may see.
func (s *Server) place(w http.ResponseWriter, r *http.Request, who session) {
	order, problem, err := s.order(r, who)
	if err == nil && problem == "" {
		_, err = s.desk.place(r.Context(), who.user.Name, order)
		if errors.Is(err, errQueueFull) {
			problem, err = "Очередь отчётов заполнена. Повторите через несколько минут.", nil
		}
	}
	switch {
	case err != nil:
		s.trouble(w, r, err)
	case problem != "":
		s.homePage(w, r, who, http.StatusUnprocessableEntity, problem)
	default:
		chosen := url.Values{"company": {order.Company.INN}, "month": {order.Period.String()}, "report": {order.Report.Key}}
		http.Redirect(w, r, "/?"+chosen.Encode()+"#orders", http.StatusSeeOther)
	}
}

func (s *Server) order(r *http.Request, who session) (order Order, problem string, err error) {
	companies, err := s.companies(r.Context(), who.user)
	if err != nil {
		return order, "", err
	}
	at := slices.IndexFunc(companies, func(o housing.Organisation) bool { return o.INN == r.PostFormValue("company") })
	report, known := reportNamed(r.PostFormValue("report"))
	period, _ := housing.ParsePeriod(r.PostFormValue("month")) // none: zero
	switch {
	case at < 0:
		return order, "Выберите организацию из списка.", nil
	case !known:
		return order, "Выберите отчёт из списка.", nil
	case period == 0:
		return order, "Выберите месяц из списка.", nil
	}
	months, err := s.in.Reports.Months(r.Context(), companies[at])
	if err != nil {
		return order, "", err
	}
	if !slices.Contains(months, period) {
		return order, "За " + period.Russian() + " по организации «" + companies[at].Title() + "» начислений нет.", nil
	}
	return Order{companies[at], report, period}, "", nil
}

// orders answers the script with the table alone; a browser that came here is led to the whole page.
func (s *Server) orders(w http.ResponseWriter, r *http.Request, who session) {
	if r.Header.Get("X-Part") == "" {
		http.Redirect(w, r, "/#orders", http.StatusSeeOther)
		return
	}
	s.render(w, r, http.StatusOK, "orders", s.ordersData(who))
}

// workbookType is what a browser is told a workbook is.
const workbookType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// download gives out a finished report. It is noted before the first byte leaves.
func (s *Server) download(w http.ResponseWriter, r *http.Request, who session) {
	j, ok := s.desk.finished(who.user, r.PathValue("id"))
	if !ok {
		s.message(w, r, http.StatusNotFound, "Такого файла нет", "Он хранится "+hours(s.in.Config.Keep)+", затем удаляется. Сформируйте отчёт заново.")
		return
	}
	err := s.in.Reports.Journal(r.Context(), j.Company, who.user.Name, "access.report", j.Report.Key+" "+j.Period.String(), map[string]any{
		"file": j.name, "rows": j.rows, "sha256": j.sha256, "address": who.address,
	})
	if err != nil {
		s.trouble(w, r, err)
		return
	}
	file, err := os.Open(j.path)
	if err != nil {
		s.trouble(w, r, err)
		return
	}
	defer func() { _ = file.Close() }() // nothing was written
	give(w, j.name, workbookType)
	http.ServeContent(w, r, "", j.finished, file)
}

// give says what a file is called: mime writes Russian names as RFC 2231 and 5987 want them.
func give(w http.ResponseWriter, name, kind string) {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
}

// papersData is the page of print files.
type papersData struct {
	User, Token string
	Months      []housing.Period
	Month       housing.Period
	Files       []paper
}

type paper struct {
	Name string
	Size int64
}

// papers lists the print files of a month of the organisation whose data folder this is.
func (s *Server) papers(w http.ResponseWriter, r *http.Request, who session) {
	home, err := s.homeData(r, who)
	if err != nil {
		s.trouble(w, r, err)
		return
	}
	if !home.Papers {
		s.message(w, r, http.StatusNotFound, "Квитанций нет", "По вашим организациям здесь нет файлов для печати.")
		return
	}
	data := papersData{User: home.User, Token: home.Token, Months: home.Months, Month: home.Month}
	if data.Month == 0 && len(data.Months) > 0 {
		data.Month = data.Months[0]
	}
	entries, err := os.ReadDir(s.receipts(data.Month))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		s.trouble(w, r, err)
		return
	}
	for _, e := range entries {
		if info, err := e.Info(); err == nil && info.Mode().IsRegular() && isPaper(e.Name()) {
			data.Files = append(data.Files, paper{e.Name(), info.Size()})
		}
	}
	s.render(w, r, http.StatusOK, "papers.html", data)
}

func (s *Server) receipts(month housing.Period) string {
	return filepath.Join(s.in.Dir, "receipts", month.String())
}

func isPaper(name string) bool {
	return !strings.HasPrefix(name, ".") && slices.Contains([]string{".pdf", ".zip"}, filepath.Ext(name))
}

// paper gives out one print file; os.Root lets no name lead out of the folder of its month.
func (s *Server) paper(w http.ResponseWriter, r *http.Request, who session) {
	name := r.PathValue("name")
	month, err := housing.ParsePeriod(r.PathValue("period"))
	home, homeErr := s.homeData(r, who)
	if homeErr != nil {
		s.trouble(w, r, homeErr)
		return
	}
	missing := func() {
		s.message(w, r, http.StatusNotFound, "Такого файла нет", "Вернитесь к списку квитанций.")
	}
	if err != nil || !home.Papers || !isPaper(name) {
		missing()
		return
	}
	root, err := os.OpenRoot(s.receipts(month))
	if err != nil {
		missing()
		return
	}
	defer func() { _ = root.Close() }() // nothing was written
	file, err := root.Open(name)
	if err != nil {
		missing()
		return
	}
	defer func() { _ = file.Close() }() // nothing was written
	info, err := file.Stat()
	if err != nil || !info.Mode().IsRegular() {
		missing()
		return
	}
	at := slices.IndexFunc(home.Companies, func(o housing.Organisation) bool { return o.INN == s.in.Issuer })
	object := "receipts " + month.String()
	if err := s.in.Reports.Journal(r.Context(), home.Companies[at], who.user.Name, "access.receipts", object, map[string]any{
		"file": name, "bytes": info.Size(), "address": who.address,
	}); err != nil {
		s.trouble(w, r, err)
		return
	}
	kind := mime.TypeByExtension(filepath.Ext(name))
	give(w, name, kind)
	s.in.Log.LogAttrs(r.Context(), slog.LevelDebug, "print file given out", slog.String("period", month.String()))
	http.ServeContent(w, r, "", info.ModTime(), file)
}

// words are what templates say things with.
func (s *Server) words() template.FuncMap {
	return template.FuncMap{
		"size": size, "count": count, "state": func(j job) string { return j.state },
		"rows": func(j job) int { return j.rows }, "expected": func(j job) int { return max(j.expected, j.rows) },
		"knows": func(j job) bool { return j.expected > 0 },
		"id":    func(j job) string { return j.id }, "short": func(j job) string { return short(j.id) },
		"bytes": func(j job) string { return size(j.size) }, "file": func(j job) string { return j.name },
		"ordered": func(j job, user string) string { return j.owners[user].In(s.in.Zone).Format("02.01 15:04") },
		"same":    func(a, b housing.Period) bool { return a == b },
	}
}
