package privatepg

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

// MinMajor is the oldest major version of PostgreSQL that Kvitok works with.
const MinMajor = 15

// ErrNoPrograms says that no usable PostgreSQL server programs are installed; its text tells what
// to install.
var ErrNoPrograms = errors.New("no PostgreSQL server programs found")

// ErrOtherVersion says that the cluster was made by a major version that is not installed.
var ErrOtherVersion = errors.New("the database belongs to another major version of PostgreSQL")

var versionPattern = regexp.MustCompile(`\(PostgreSQL\) (\d+)`)

// programs are the server programs of one installation.
type programs struct {
	dir   string
	major int
}

func (p programs) path(name string) string { return filepath.Join(p.dir, name) }

// searchPath lists the folders where server programs may be: PATH first, then the usual places of
// the distributions.
func searchPath() []string {
	dirs := filepath.SplitList(os.Getenv("PATH"))
	for _, pattern := range []string{
		"/usr/lib/postgresql/*/bin",
		"/usr/lib/postgresql*/bin",
		"/usr/libexec/postgresql*",
		"/usr/pgsql-*/bin",
		"/opt/homebrew/opt/postgresql@*/bin",
		"/usr/local/opt/postgresql@*/bin",
		"/home/linuxbrew/.linuxbrew/opt/postgresql@*/bin",
		"/Applications/Postgres.app/Contents/Versions/*/bin",
		"/usr/local/pgsql/bin",
	} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			continue // a pattern of ours that does not parse finds nothing
		}
		dirs = append(dirs, found...)
	}
	return dirs
}

// findPrograms returns the usable installations among dirs, newest first; the order of dirs decides
// between equals. It also returns the majors that were found but are too old.
func findPrograms(ctx context.Context, dirs []string) (usable []programs, tooOld []int) {
	seen := map[string]bool{}
	for _, dir := range dirs {
		p, ok := programsIn(ctx, dir)
		if !ok || seen[p.dir] {
			continue
		}
		seen[p.dir] = true
		if p.major < MinMajor {
			tooOld = append(tooOld, p.major)
			continue
		}
		usable = append(usable, p)
	}
	slices.SortStableFunc(usable, func(a, b programs) int { return b.major - a.major })
	return usable, tooOld
}

// programsIn looks at one folder. Distributions put links or wrappers into PATH: the folder that
// counts is the one where the link of postgres leads, and initdb must stand beside it.
func programsIn(ctx context.Context, dir string) (programs, bool) {
	if dir == "" {
		return programs{}, false
	}
	target, err := filepath.EvalSymlinks(filepath.Join(dir, "postgres"))
	if err != nil {
		return programs{}, false
	}
	p := programs{dir: filepath.Dir(target)}
	for _, name := range []string{"postgres", "initdb", "pg_ctl"} {
		info, err := os.Stat(p.path(name))
		if err != nil || info.IsDir() || info.Mode()&0o111 == 0 {
			return programs{}, false
		}
	}
	out, err := exec.CommandContext(ctx, p.path("postgres"), "--version").Output() //nolint:gosec // the path was found above
	if err != nil {
		return programs{}, false
	}
	m := versionPattern.FindSubmatch(out)
	if m == nil {
		return programs{}, false
	}
	p.major, err = strconv.Atoi(string(m[1]))
	return p, err == nil
}

// choose picks the programs for a cluster: the same major where one exists (major > 0), else the
// newest.
func choose(ctx context.Context, dirs []string, cluster string, major int) (programs, error) {
	usable, tooOld := findPrograms(ctx, dirs)
	if len(usable) == 0 {
		return programs{}, noPrograms(tooOld, major)
	}
	if major == 0 {
		return usable[0], nil
	}
	var installed []string
	for _, p := range usable {
		if p.major == major {
			return p, nil
		}
		installed = append(installed, strconv.Itoa(p.major))
	}
	return programs{}, fmt.Errorf("%w: %s was made by PostgreSQL %d, installed is %s; install PostgreSQL %d (%s), "+
		"or dump the database with it and load the dump into a new data folder",
		ErrOtherVersion, cluster, major, strings.Join(installed, ", "), major, installHint(major))
}

func noPrograms(tooOld []int, major int) error {
	found := "none is installed"
	if len(tooOld) > 0 {
		found = fmt.Sprintf("only PostgreSQL %v is installed", tooOld)
	}
	return fmt.Errorf("%w: version %d or newer is needed, %s; install it (%s), or set KVITOK_DATABASE_URL to a running server",
		ErrNoPrograms, max(MinMajor, major), found, installHint(major))
}

// installHint names the commands that install the server; major 0 means any.
func installHint(major int) string {
	apt, brew := "postgresql", "postgresql@17"
	if major > 0 {
		apt, brew = fmt.Sprintf("postgresql-%d", major), fmt.Sprintf("postgresql@%d", major)
	}
	if runtime.GOOS == "darwin" {
		return "macOS: brew install " + brew
	}
	return "Debian, Ubuntu, Astra: apt-get install " + apt +
		"; Fedora, RHEL, RED OS: dnf install postgresql-server postgresql-contrib; macOS: brew install " + brew
}
