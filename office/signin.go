package office

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"
)

// cookieName has the prefix that browsers give to cookies of this host alone, where they may be Secure.
func (s *Server) cookieName() string {
	if s.in.Config.Secure() {
		return "__Host-kvitok"
	}
	return "kvitok"
}

func (s *Server) setCookie(w http.ResponseWriter, value string, age int) {
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // Secure where there is TLS; without it Listen is a loopback address
		Name: s.cookieName(), Value: value, Path: "/", MaxAge: age, HttpOnly: true, Secure: s.in.Config.Secure(), SameSite: http.SameSiteLaxMode,
	})
}

// handler answers somebody who is signed in.
type handler func(w http.ResponseWriter, r *http.Request, who session)

// signedIn lets only those through who are; whatever changes something must carry the token of the session.
func (s *Server) signedIn(next handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		who, ok := s.who(r)
		switch {
		case !ok && r.Header.Get("X-Part") != "": // the script asks for a part of a page
			w.WriteHeader(http.StatusUnauthorized)
		case !ok:
			http.Redirect(w, r, "/login", http.StatusSeeOther)
		case r.Method == http.MethodPost && !who.sent(r.PostFormValue("token")):
			s.message(w, r, http.StatusForbidden, "Страница устарела", "Откройте её заново и повторите.")
		default:
			next(w, r, who)
		}
	}
}

func (s *Server) who(r *http.Request) (session, bool) {
	cookie, err := r.Cookie(s.cookieName())
	if err != nil {
		return session{}, false
	}
	return s.sessions.find(cookie.Value)
}

// address is who asks: behind a proxy, what the proxy says last.
func (s *Server) address(r *http.Request) string {
	if s.in.Config.BehindTLS {
		list := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
		if last := strings.TrimSpace(list[len(list)-1]); net.ParseIP(last) != nil {
			return last
		}
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// loginData is what the sign-in page shows.
type loginData struct {
	Name, Problem string
	Bye           bool
}

func (s *Server) loginPage(w http.ResponseWriter, r *http.Request) {
	if _, ok := s.who(r); ok {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	s.render(w, r, http.StatusOK, "login.html", loginData{Bye: r.URL.Query().Has("bye")})
}

func (s *Server) login(w http.ResponseWriter, r *http.Request) {
	name, password, address := r.PostFormValue("name"), r.PostFormValue("password"), s.address(r)
	refuse := func(status int, problem string) {
		s.render(w, r, status, "login.html", loginData{Name: name, Problem: problem})
	}
	if wait := s.throttle.wait(name, address); wait > 0 {
		w.Header().Set("Retry-After", seconds(wait))
		refuse(http.StatusTooManyRequests, "Слишком много неудачных попыток. Повторите через "+minutes(wait)+".")
		return
	}
	user, ok := s.check(r.Context(), name, password)
	if !ok {
		s.throttle.failed(name, address)
		s.in.Log.WarnContext(r.Context(), "sign-in refused")
		refuse(http.StatusUnauthorized, "Имя или пароль неверны.")
		return
	}
	s.throttle.succeeded(name, address)
	if err := s.journalLogin(r.Context(), user, address); err != nil {
		s.trouble(w, r, err)
		return
	}
	s.setCookie(w, s.sessions.begin(user, address), 0)
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// check takes as long for a name that there is as for one that there is not.
func (s *Server) check(ctx context.Context, name, password string) (User, bool) {
	select {
	case s.hashing <- struct{}{}:
		defer func() { <-s.hashing }()
	case <-ctx.Done():
		return User{}, false
	}
	h, known := s.hashes[name]
	if !known {
		h = s.nobody
	}
	if right := h.is(password); !known || !right {
		return User{}, false
	}
	return s.users[name], true
}

// journalLogin notes the sign-in with every company that the user sees.
func (s *Server) journalLogin(ctx context.Context, user User, address string) error {
	companies, err := s.companies(ctx, user)
	if err != nil {
		return err
	}
	for _, c := range companies {
		if err := s.in.Reports.Journal(ctx, c, user.Name, "access.login", "office page", map[string]any{"address": address}); err != nil {
			return err
		}
	}
	return nil
}

func (s *Server) logout(w http.ResponseWriter, r *http.Request, who session) {
	if cookie, err := r.Cookie(s.cookieName()); err == nil {
		s.sessions.end(cookie.Value)
	}
	s.setCookie(w, "", -1)
	s.in.Log.LogAttrs(r.Context(), slog.LevelInfo, "signed out", slog.Duration("after", s.in.Now().Sub(who.since).Round(time.Second)))
	http.Redirect(w, r, "/login?bye", http.StatusSeeOther)
}
