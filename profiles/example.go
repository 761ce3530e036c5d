package profiles

import (
	"embed"
	"fmt"
	"strings"
)

//go:embed examples/*.yaml
var examples embed.FS

// Examples lists the names of the profiles that are a start for one of your own: by the kind of file.
func Examples() []string { return []string{"text", "widths", "csv", "xlsx", "dbf"} }

// Example returns a profile, with comments, that is a start for one of your own.
func Example(name string) ([]byte, error) {
	text, err := examples.ReadFile("examples/" + name + ".yaml")
	if err != nil {
		return nil, fmt.Errorf("no example %q, want one of %s", name, strings.Join(Examples(), ", "))
	}
	return text, nil
}
