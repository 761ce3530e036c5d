package profiles

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

//go:embed builtin/*.yaml
var builtin embed.FS

// Builtin returns the profiles of the program, by name.
func Builtin() ([]*Profile, error) {
	return load(builtin, "builtin", "")
}

// LoadDir returns the profiles of a folder, by name: every file *.yaml and *.yml of it. A folder that is not
// there holds none. The error has every fault of every file.
func LoadDir(dir string) ([]*Profile, error) {
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return load(os.DirFS(dir), ".", dir)
}

func load(files fs.FS, folder, source string) ([]*Profile, error) {
	entries, err := fs.ReadDir(files, folder)
	if err != nil {
		return nil, fmt.Errorf("list the format profiles: %w", err)
	}
	var found []*Profile
	var errs []error
	where := map[string]string{}
	for _, entry := range entries {
		name := entry.Name()
		if ext := filepath.Ext(name); entry.IsDir() || ext != ".yaml" && ext != ".yml" {
			continue
		}
		text, err := fs.ReadFile(files, path.Join(folder, name))
		if err != nil {
			errs = append(errs, fmt.Errorf("read the format profile %s: %w", name, err))
			continue
		}
		profile, err := Parse(text)
		if err != nil {
			errs = append(errs, inFile(filepath.Join(source, name), err))
			continue
		}
		if first, known := where[profile.Name]; known {
			errs = append(errs, fmt.Errorf("%s: name: there is another profile %q in %s", name, profile.Name, first))
			continue
		}
		where[profile.Name] = name
		if source != "" {
			profile.Source = filepath.Join(source, name)
		}
		found = append(found, profile)
	}
	slices.SortFunc(found, func(a, b *Profile) int { return strings.Compare(a.Name, b.Name) })
	return found, errors.Join(errs...)
}

// inFile puts the name of the file before each fault.
func inFile(name string, err error) error {
	faults := []error{err}
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		faults = many.Unwrap()
	}
	for i, fault := range faults {
		faults[i] = fmt.Errorf("%s: %w", name, fault)
	}
	return errors.Join(faults...)
}

// ParseFile reads the profile of a file. The error names the file before every fault.
func ParseFile(name string) (*Profile, error) {
	text, err := os.ReadFile(name) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, fmt.Errorf("read the profile: %w", err)
	}
	p, err := Parse(text)
	if err != nil {
		return nil, inFile(name, err)
	}
	return p, nil
}

// Digest tells texts of profiles apart: the first twelve hexadecimal digits of its SHA-256.
func (p *Profile) Digest() string {
	const digits = 12
	sum := sha256.Sum256(p.Text)
	return hex.EncodeToString(sum[:])[:digits]
}

// Parse reads one profile strictly. The error holds every fault, each with the line and the path of its key.
func Parse(text []byte) (*Profile, error) {
	var root yaml.Node
	if err := yaml.Unmarshal(text, &root); err != nil {
		return nil, fmt.Errorf("no YAML: %s", strings.TrimPrefix(err.Error(), "yaml: "))
	}
	if len(root.Content) == 0 {
		return nil, errors.New("the profile is empty; kvitok formats new prints one to begin with")
	}
	if root.Content[0].Kind != yaml.MappingNode {
		return nil, fmt.Errorf("line %d: a profile is keys with values, as in \"name: our-bank\"; kvitok formats new prints one to begin with", root.Content[0].Line)
	}
	if faults := unknownKeys(root.Content[0], reflect.TypeFor[Profile](), ""); len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	p := &Profile{Text: bytes.Clone(text)}
	if err := root.Decode(p); err != nil {
		return nil, wrongType(err)
	}
	p.defaults()
	var f faults
	p.validate(&f)
	if err := f.in(root.Content[0]); err != nil {
		return nil, err
	}
	return p, nil
}

// wrongType takes the faults of values that are of another kind, each with its line, out of what the reader of YAML says.
func wrongType(err error) error {
	many, is := errors.AsType[*yaml.TypeError](err)
	if !is {
		return fmt.Errorf("read the profile: %w", err)
	}
	faults := make([]error, len(many.Errors))
	for i, text := range many.Errors {
		faults[i] = errors.New(text)
	}
	return errors.Join(faults...)
}

// unknownKeys names by its path every key that the model does not have.
func unknownKeys(n *yaml.Node, t reflect.Type, path string) []error {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	var faults []error
	switch {
	case n.Kind == yaml.SequenceNode && t.Kind() == reflect.Slice:
		for i, child := range n.Content {
			faults = append(faults, unknownKeys(child, t.Elem(), fmt.Sprintf("%s[%d]", path, i))...)
		}
	case n.Kind == yaml.MappingNode && t.Kind() == reflect.Struct:
		fields := keysOf(t)
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i].Value
			at := strings.TrimPrefix(path+"."+key, ".")
			field, known := fields[key]
			if !known {
				faults = append(faults, fmt.Errorf("line %d: unknown key %s; here may stand %s", n.Content[i].Line, at, strings.Join(slices.Sorted(maps.Keys(fields)), ", ")))
				continue
			}
			faults = append(faults, unknownKeys(n.Content[i+1], field, at)...)
		}
	}
	return faults
}

func keysOf(t reflect.Type) map[string]reflect.Type {
	keys := map[string]reflect.Type{}
	for field := range t.Fields() {
		if name := field.Tag.Get("yaml"); name != "" && name != "-" {
			keys[name] = field.Type
		}
	}
	return keys
}

// UnmarshalYAML takes a number for a fixed count, or min, max and step.
func (c *Cells) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		if err := n.Decode(&c.Min); err != nil {
			return fmt.Errorf("read a number of cells: %w", err)
		}
		c.Max = c.Min
		return nil
	}
	type plain Cells
	if err := n.Decode((*plain)(c)); err != nil {
		return fmt.Errorf("read a number of cells: %w", err)
	}
	if c.Max == 0 && c.Step == 0 {
		c.Max = c.Min
	}
	return nil
}

// UnmarshalYAML takes a number for a fixed length, or min and max.
func (l *Length) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		if err := n.Decode(&l.Min); err != nil {
			return fmt.Errorf("read a length: %w", err)
		}
		l.Max = l.Min
		return nil
	}
	type plain Length
	if err := n.Decode((*plain)(l)); err != nil {
		return fmt.Errorf("read a length: %w", err)
	}
	return nil
}

// Fits reports whether a line may have n cells.
func (c Cells) Fits(n int) bool {
	if n < c.Min || c.Max > 0 && n > c.Max {
		return false
	}
	return c.Step == 0 || (n-c.Min)%c.Step == 0
}
