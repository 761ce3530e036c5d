package remote

import (
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"
)

// Arrival says which files of an inbox are taken, and when. The zero value takes every quiet file whose
// name is not temporary.
type Arrival struct {
	Names     []string `yaml:"names,omitempty"`     // masks such as "*.csv"; empty: every name
	Temporary []string `yaml:"temporary,omitempty"` // endings of unfinished names, besides .tmp, .part and .filepart
	// ReadyFlags are endings such as ".ready": a file waits until its sender has put x.csv.ready or x.ready
	// beside it. The flag goes with the file.
	ReadyFlags []string `yaml:"ready_flags,omitempty"`
	// Checksums are endings such as ".sha256" or ".md5": a file waits for its checksum file, and is taken
	// only if its bytes agree. The checksum file goes with the file.
	Checksums []string `yaml:"checksums,omitempty"`
	// Empty says what becomes of files without a byte: they are taken and answered (EmptyTake, the default),
	// left where they are, or removed.
	Empty string `yaml:"empty,omitempty"`
	// Ends are end marks by name mask, such as "*.txt": "=": a file whose last line does not begin so is unfinished.
	// Marks of known containers are always looked for: ZIP and XLSX, DBF, 1CClientBankExchange.
	Ends map[string]string `yaml:"ends,omitempty"`
	// Patience is how long after its last change a file without its end is waited for; then it is taken as it is, and whoever
	// reads it says what is wrong. Zero: two minutes. Nobody waits where the sender has said that the file is complete: by a flag, by
	// a checksum, or by the last of the names that Temporary speaks of.
	Patience time.Duration `yaml:"patience,omitempty"`
}

// What becomes of files without a byte.
const (
	EmptyTake   = "take"
	EmptyLeave  = "leave"
	EmptyRemove = "remove"
)

const defaultPatience = 2 * time.Minute

// Validate reports every setting that makes no sense.
func (a Arrival) Validate() error {
	var errs []error
	masks := slices.Clone(a.Names)
	for mask, mark := range a.Ends {
		masks = append(masks, mask)
		if strings.TrimSpace(mark) == "" {
			errs = append(errs, fmt.Errorf("ends: the mark of %q is empty", mask))
		}
	}
	for _, mask := range masks {
		if _, err := path.Match(mask, "x"); err != nil || mask == "" {
			errs = append(errs, fmt.Errorf("%q is no mask of file names", mask))
		}
	}
	for what, endings := range map[string][]string{
		"temporary": a.Temporary, "ready_flags": a.ReadyFlags, "checksums": a.Checksums,
	} {
		for _, ending := range endings {
			if len(ending) < 2 || !strings.HasPrefix(ending, ".") {
				errs = append(errs, fmt.Errorf("%s: %q is no ending such as .ready", what, ending))
			}
		}
	}
	for _, ending := range a.Checksums {
		if newSum(ending) == nil {
			errs = append(errs, fmt.Errorf("checksums: %q, want .sha256 or .md5", ending))
		}
	}
	switch a.Empty {
	case "", EmptyTake, EmptyLeave, EmptyRemove:
	default:
		errs = append(errs, fmt.Errorf("empty: %q, want %s, %s or %s", a.Empty, EmptyTake, EmptyLeave, EmptyRemove))
	}
	if a.Patience < 0 {
		errs = append(errs, errors.New("patience is negative"))
	}
	return errors.Join(errs...)
}

// candidates leaves the files that are wanted and complete as far as their neighbours tell. names are all the
// place has: flags and checksum files stand among them.
func (a Arrival) candidates(listed []Entry) []Entry {
	there := make(map[string]bool, len(listed))
	for _, e := range listed {
		there[e.FileName()] = true
	}
	return slices.DeleteFunc(slices.Clone(listed), func(e Entry) bool {
		name := e.FileName()
		if isTemporary(name) || hasEnding(name, a.Temporary) || hasEnding(name, a.ReadyFlags) || hasEnding(name, a.Checksums) {
			return true
		}
		if len(a.Names) > 0 && !matchesAny(name, a.Names) {
			return true
		}
		return companion(name, a.ReadyFlags, there) == "" && len(a.ReadyFlags) > 0 ||
			companion(name, a.Checksums, there) == "" && len(a.Checksums) > 0
	})
}

// companion returns the name of the first file beside name with one of the endings, "" where there is none.
func companion(name string, endings []string, there map[string]bool) string {
	for _, ending := range endings {
		for _, candidate := range []string{name + ending, strings.TrimSuffix(name, path.Ext(name)) + ending} {
			if there[candidate] {
				return candidate
			}
		}
	}
	return ""
}

// told reports whether senders say by themselves when a file is complete.
func (a Arrival) told() bool { return len(a.ReadyFlags)+len(a.Checksums)+len(a.Temporary) > 0 }

func (a Arrival) patience() time.Duration {
	if a.Patience == 0 {
		return defaultPatience
	}
	return a.Patience
}

func hasEnding(name string, endings []string) bool {
	lower := strings.ToLower(name)
	return slices.ContainsFunc(endings, func(ending string) bool { return strings.HasSuffix(lower, strings.ToLower(ending)) })
}

func matchesAny(name string, masks []string) bool {
	lower := strings.ToLower(name)
	return slices.ContainsFunc(masks, func(mask string) bool {
		ok, err := path.Match(strings.ToLower(mask), lower)
		return ok && err == nil
	})
}
