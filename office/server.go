package office

import (
	"context"
	"crypto/tls"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/kvitok-gkh/kvitok/pipeline"
)

//go:embed pages
var pages embed.FS

// Input is what a page needs.
type Input struct {
	Config  Config
	Reports Reports
	Issuer  string // INN of the organisation whose print files lie in Dir
	Dir     string // data folder: work/office holds finished reports, receipts the print files
	Zone    *time.Location
	Now     func() time.Time
	Log     *slog.Logger
}

// Server is the page.
type Server struct {
	in       Input
	users    map[string]User
	hashes   map[string]hash
	nobody   hash // what the password of an unknown name is compared with
	hashing  chan struct{}
	sessions *sessions
	throttle *throttle
	desk     *desk
	pages    *template.Template
}

// hashesAtOnce bounds the memory that sign-ins take.
const hashesAtOnce = 2

// New makes a page of a configuration.
func New(in Input) (*Server, error) {
	in.Config = in.Config.WithDefaults()
	if err := in.Config.Validate(); err != nil {
		return nil, fmt.Errorf("set up the office page: %w", err)
	}
	s := &Server{
		in: in, users: map[string]User{}, hashes: map[string]hash{}, hashing: make(chan struct{}, hashesAtOnce),
		sessions: &sessions{now: in.Now, idle: in.Config.Idle, longest: in.Config.Longest}, throttle: &throttle{now: in.Now},
	}
	for _, u := range in.Config.Users {
		h, err := parseHash(u.Password)
		if err != nil {
			return nil, fmt.Errorf("set up the office page: %w", err)
		}
		s.users[u.Name], s.hashes[u.Name], s.nobody = u, h, h
	}
	s.desk = &desk{
		reports: in.Reports, dir: deskFolder(in.Dir), keep: in.Config.Keep, workers: in.Config.Workers, now: in.Now, log: in.Log,
		queue: make(chan *job, in.Config.Queue), jobs: map[string]*job{},
	}
	var err error
	if s.pages, err = template.New("").Funcs(s.words()).ParseFS(pages, "pages/*.html"); err != nil {
		return nil, fmt.Errorf("read the pages: %w", err)
	}
	return s, nil
}

// Listen opens the address of the configuration, with TLS where it has a certificate.
func (s *Server) Listen(ctx context.Context) (net.Listener, error) {
	var listen net.ListenConfig
	listener, err := listen.Listen(ctx, "tcp", s.in.Config.Listen)
	if err != nil {
		return nil, fmt.Errorf("listen for the office page: %w", err)
	}
	if s.in.Config.CertFile == "" {
		return listener, nil
	}
	certificate, err := tls.LoadX509KeyPair(s.in.Config.CertFile, s.in.Config.KeyFile)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("read the certificate of the office page: %w", err), listener.Close())
	}
	return tls.NewListener(listener, &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}), nil
}

// Serve answers until the context ends; requests in hand get as long as drain allows. Reports that are
// being made then are given up.
func (s *Server) Serve(ctx context.Context, listener net.Listener, drain time.Duration) error {
	server := &http.Server{
		Handler:           s.Handler(),
		ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, IdleTimeout: 2 * time.Minute, WriteTimeout: 30 * time.Minute,
		ErrorLog: slog.NewLogLogger(s.in.Log.Handler(), slog.LevelWarn), MaxHeaderBytes: 32 << 10,
	}
	desk := make(chan error, 1)
	go func() { desk <- s.desk.run(ctx) }()
	over := make(chan error, 1)
	go func() { over <- server.Serve(listener) }()
	select {
	case err := <-over:
		return fmt.Errorf("serve the office page: %w", err)
	case <-ctx.Done():
	}
	drained, cancel := context.WithTimeout(context.WithoutCancel(ctx), drain)
	defer cancel()
	err := server.Shutdown(drained)
	if err != nil {
		err = errors.Join(fmt.Errorf("stop the office page: %w", err), server.Close())
	}
	return errors.Join(err, <-desk)
}

// Handler is what the page answers.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /style.css", s.asset("style.css", "text/css; charset=utf-8"))
	mux.HandleFunc("GET /page.js", s.asset("page.js", "text/javascript; charset=utf-8"))
	mux.HandleFunc("GET /login", s.loginPage)
	mux.HandleFunc("POST /login", s.login)
	mux.HandleFunc("POST /logout", s.signedIn(s.logout))
	mux.HandleFunc("GET /{$}", s.signedIn(s.home))
	mux.HandleFunc("POST /orders", s.signedIn(s.place))
	mux.HandleFunc("GET /orders", s.signedIn(s.orders))
	mux.HandleFunc("GET /orders/{id}", s.signedIn(s.download))
	mux.HandleFunc("GET /papers", s.signedIn(s.papers))
	mux.HandleFunc("GET /papers/{period}/{name}", s.signedIn(s.paper))
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.message(w, r, http.StatusNotFound, "Такой страницы нет", "Вернитесь на главную страницу.")
	})
	guard := http.NewCrossOriginProtection()
	guard.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.message(w, r, http.StatusForbidden, "Запрос отклонён", "Он пришёл с чужого сайта. Откройте страницу заново.")
	}))
	return s.headers(guard.Handler(mux))
}

// maxForm bounds what a form may send.
const maxForm = 16 << 10

// headers puts the rules for browsers before everything.
func (s *Server) headers(next http.Handler) http.Handler {
	rules := map[string]string{
		"Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; " +
			"form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
		"X-Content-Type-Options":       "nosniff",
		"X-Frame-Options":              "DENY",
		"Referrer-Policy":              "same-origin",
		"Cross-Origin-Opener-Policy":   "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin",
		"Permissions-Policy":           "camera=(), geolocation=(), microphone=()",
		"Cache-Control":                "no-store",
	}
	if s.in.Config.Secure() {
		rules["Strict-Transport-Security"] = "max-age=31536000"
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for name, value := range rules {
			w.Header().Set(name, value)
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		next.ServeHTTP(w, r)
	})
}

// asset answers with a file of pages.
func (s *Server) asset(name, kind string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		content, err := pages.ReadFile("pages/" + name)
		if err != nil {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", kind)
		w.Header().Set("Cache-Control", "private, max-age=3600")
		_, _ = w.Write(content) // the client may be gone
	}
}

// render answers with a page.
func (s *Server) render(w http.ResponseWriter, r *http.Request, status int, page string, data any) {
	var text strings.Builder
	if err := s.pages.ExecuteTemplate(&text, page, data); err != nil {
		s.in.Log.ErrorContext(r.Context(), "page failed", slog.String("page", page), slog.Any("error", err))
		http.Error(w, "страница не построена", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(text.String())) // the client may be gone
}

// message answers with a page that says one thing.
func (s *Server) message(w http.ResponseWriter, r *http.Request, status int, title, text string) {
	s.render(w, r, status, "message.html", struct{ Title, Text string }{title, text})
}

// trouble answers where the program failed: the page says so, the log says why.
func (s *Server) trouble(w http.ResponseWriter, r *http.Request, err error) {
	s.in.Log.ErrorContext(r.Context(), "request failed", slog.String("path", r.Pattern), slog.Any("error", err))
	s.message(w, r, http.StatusInternalServerError, "Не получилось", "Попробуйте ещё раз. Если повторится, сообщите администратору: причина записана в журнал программы.")
}

// reportNamed finds a report that may be ordered.
func reportNamed(key string) (pipeline.MonthReport, bool) {
	for _, r := range pipeline.MonthReports() {
		if r.Key == key {
			return r, true
		}
	}
	return pipeline.MonthReport{}, false
}
