package main

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"path"
	"slices"
	"strings"
)

// downloadFolders are the folders of the data folder that are given out. Nothing else is.
func downloadFolders() []string { return []string{"receipts", "reports", "protocols"} }

// downloads serves receipts, reports and protocols to whoever has the token: as a bearer, or as the
// password of HTTP basic, so that a browser can be used.
func (a *app) downloads() http.Handler {
	want := sha256.Sum256([]byte(a.config.Serve.Token))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if a.config.Serve.Token == "" {
			plainText(w, http.StatusNotFound, "downloads are closed: no token is configured")
			return
		}
		got := sha256.Sum256([]byte(offeredToken(r))) // equal lengths, so that the comparison tells nothing
		if subtle.ConstantTimeCompare(got[:], want[:]) != 1 {
			w.Header().Set("WWW-Authenticate", `Basic realm="kvitok"`)
			plainText(w, http.StatusUnauthorized, "a token is needed")
			return
		}
		a.download(w, r, strings.TrimPrefix(r.URL.Path, "/files/"))
	})
}

func offeredToken(r *http.Request) string {
	if _, password, ok := r.BasicAuth(); ok {
		return password
	}
	token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if !ok {
		return ""
	}
	return token
}

// download opens through os.Root: no path and no link leads out of the data folder.
func (a *app) download(w http.ResponseWriter, r *http.Request, name string) {
	name = strings.Trim(path.Clean("/"+name), "/")
	folder, _, _ := strings.Cut(name, "/")
	if name != "" && !slices.Contains(downloadFolders(), folder) {
		plainText(w, http.StatusNotFound, "no such file")
		return
	}
	root, err := os.OpenRoot(a.dir)
	if err != nil {
		a.log.ErrorContext(r.Context(), "data folder cannot be opened", slog.Any("error", err))
		plainText(w, http.StatusInternalServerError, "the data folder cannot be opened")
		return
	}
	defer func() { _ = root.Close() }() // nothing was written
	w.Header().Set("Cache-Control", "private, no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	if name == "" {
		listing(w, downloadFolders())
		return
	}
	info, err := root.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist) || (err == nil && !info.IsDir() && !info.Mode().IsRegular()):
		plainText(w, http.StatusNotFound, "no such file")
	case err != nil:
		a.log.WarnContext(r.Context(), "download refused", slog.Any("error", err))
		plainText(w, http.StatusNotFound, "no such file")
	case info.IsDir():
		a.list(w, r, root, name)
	default:
		http.ServeFileFS(w, r, root.FS(), name) //nolint:gosec // os.Root lets nothing out
	}
}

func (a *app) list(w http.ResponseWriter, r *http.Request, root *os.Root, name string) {
	entries, err := fs.ReadDir(root.FS(), name)
	if err != nil {
		a.log.WarnContext(r.Context(), "download refused", slog.Any("error", err))
		plainText(w, http.StatusNotFound, "no such folder")
		return
	}
	names := make([]string, 0, len(entries))
	for _, entry := range entries {
		text := name + "/" + entry.Name()
		if entry.IsDir() {
			text += "/"
		}
		names = append(names, text)
	}
	listing(w, names)
}

// listing is plain text: one path a line, below /files/.
func listing(w http.ResponseWriter, names []string) {
	plainText(w, http.StatusOK, strings.Join(names, "\n"))
}
