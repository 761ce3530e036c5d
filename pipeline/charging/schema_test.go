package charging_test

import (
	"bytes"
	"encoding"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline/charging"
)

const schemaFile = "../../docs/calc.schema.json"

// schema is the part of JSON Schema 2020-12 that docs/calc.schema.json uses.
type schema struct {
	Schema      string             `json:"$schema,omitempty"`
	ID          string             `json:"$id,omitempty"`
	Title       string             `json:"title,omitempty"`
	Description string             `json:"description,omitempty"`
	Ref         string             `json:"$ref,omitempty"`
	Type        any                `json:"type,omitempty"` // a name, or a list of names
	Enum        []string           `json:"enum,omitempty"`
	Pattern     string             `json:"pattern,omitempty"`
	Items       *schema            `json:"items,omitempty"`
	MaxItems    int                `json:"maxItems,omitempty"`
	Properties  map[string]*schema `json:"properties,omitempty"`
	Required    []string           `json:"required,omitempty"`
	Additional  *bool              `json:"additionalProperties,omitempty"`
	Defs        map[string]*schema `json:"$defs,omitempty"`
}

// TestSchema keeps docs/calc.schema.json what the types of a snapshot are; -update rewrites it.
func TestSchema(t *testing.T) {
	t.Parallel()
	b := &schemaBuilder{defs: map[string]*schema{}}
	root := b.object(reflect.TypeFor[housing.Snapshot]())
	root.Schema = "https://json-schema.org/draft/2020-12/schema"
	root.ID = "https://github.com/kvitok-gkh/kvitok/docs/calc.schema.json"
	root.Title = "Snapshot"
	root.Description = "Everything known about one house in one month: what kvitok calc reads. docs/calc.md explains it."
	root.Defs = b.defs
	compare(t, schemaFile, encode(t, root))
}

type schemaBuilder struct {
	defs map[string]*schema
}

func (b *schemaBuilder) object(t reflect.Type) *schema {
	closed := false
	s := &schema{Type: "object", Properties: map[string]*schema{}, Additional: &closed}
	for f := range t.Fields() {
		if f.Anonymous {
			inner := b.object(f.Type)
			maps.Copy(s.Properties, inner.Properties)
			s.Required = append(s.Required, inner.Required...)
			continue
		}
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" || name == "-" {
			continue
		}
		s.Properties[name] = b.of(f.Type)
		if pattern := textPatterns()[t.Name()+"."+name]; pattern != "" {
			s.Properties[name] = &schema{Type: "string", Pattern: pattern}
		}
		if !strings.Contains(options, "omitzero") && !strings.Contains(options, "omitempty") {
			s.Required = append(s.Required, name)
		}
	}
	slices.Sort(s.Required)
	return s
}

func (b *schemaBuilder) of(t reflect.Type) *schema {
	if t.Kind() == reflect.Slice {
		return &schema{Type: []string{"array", "null"}, Items: b.of(t.Elem()), MaxItems: 20_000}
	}
	if t.PkgPath() == "" {
		switch t.Kind() { //nolint:exhaustive // the kinds that snapshots have
		case reflect.Bool:
			return &schema{Type: "boolean"}
		case reflect.Int, reflect.Int64:
			return &schema{Type: "integer"}
		}
		return &schema{Type: "string"}
	}
	if b.defs[t.Name()] == nil {
		b.defs[t.Name()] = &schema{} // a type may contain itself
		*b.defs[t.Name()] = *b.named(t)
	}
	return &schema{Ref: "#/$defs/" + t.Name()}
}

func (b *schemaBuilder) named(t reflect.Type) *schema {
	if pattern := patterns()[t]; pattern != "" {
		return &schema{Type: "string", Pattern: pattern}
	}
	if reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()) {
		return &schema{Type: "string"}
	}
	if t.Kind() == reflect.Struct {
		return b.object(t)
	}
	return &schema{Type: "string", Enum: words()[t]}
}

// patterns are the forms of values that are written as text.
func patterns() map[reflect.Type]string {
	return map[reflect.Type]string{
		reflect.TypeFor[housing.Measurement](): `^-?[0-9]+(\.[0-9]{1,18})?$`,
		reflect.TypeFor[housing.Decimal]():     `^-?[0-9]+(\.[0-9]{1,18})?$`,
		reflect.TypeFor[housing.Money]():       `^-?[0-9]+([.,][0-9]{1,2})?$`,
		reflect.TypeFor[housing.Date]():        `^([0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01]))?$`,
		reflect.TypeFor[housing.Period]():      `^([0-9]{4}-(0[1-9]|1[0-2]))?$`,
		reflect.TypeFor[housing.Moment]():      `^([0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9])?$`,
		reflect.TypeFor[housing.Source]():      `^((file|manual):.*#-?[0-9]+|stream:.*/-?[0-9]+@-?[0-9]+)?$`,
	}
}

// textPatterns are the forms of texts that the reader checks, by type and field.
func textPatterns() map[string]string {
	const inn, filled = `^([0-9]{10}|[0-9]{12})$`, `.`
	return map[string]string{
		"Snapshot.organisation": inn, "AccountService.payee": inn, "PastCharge.payee": inn,
		"Parameter.name": filled, "QualityAct.document": filled, "Meter.serial": filled, "CommunalFlat.flat": filled,
		"Benefit.person": filled, "Benefit.category": filled, "Account.number": `^.{1,20}$`, "Premises.kind": filled,
	}
}

// words are the values of the types that have a list of them.
func words() map[reflect.Type][]string {
	services := make([]string, 0, len(housing.Services()))
	for _, s := range housing.Services() {
		services = append(services, string(s))
	}
	return map[reflect.Type][]string{
		reflect.TypeFor[housing.Service]():        services,
		reflect.TypeFor[housing.Zone]():           {"", "day", "night", "peak", "half_peak"},
		reflect.TypeFor[housing.HouseKind]():      {"block", "private"},
		reflect.TypeFor[housing.Occupant]():       {"owner", "tenant"},
		reflect.TypeFor[housing.NormPart]():       {"", "cooking", "water_heating", "heating"},
		reflect.TypeFor[housing.MeterEventKind](): {"failed", "no_access"},
		reflect.TypeFor[housing.ViolationKind]():  {"tampering", "unauthorised"},
		reflect.TypeFor[housing.QualityKind]():    {"interruption", "temperature", "planned"},
		reflect.TypeFor[housing.BenefitScope]():   {"holder", "family"},
		reflect.TypeFor[housing.BenefitMode]():    {"", "discount", "compensation"},
		reflect.TypeFor[housing.NormBase]():       {"person", "area", "volume"},
		reflect.TypeFor[housing.CommonMethod]():   {"", "fact", "norm", "norm_then_recalc", "average"},
		reflect.TypeFor[housing.RangeBase]():      {"account", "person"},
	}
}

// TestSnapshotsObeySchema checks every golden snapshot, the example of the guide and the eventful
// house against the schema, and that it refuses what the reader refuses.
func TestSnapshotsObeySchema(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	root := &schema{}
	if err := json.Unmarshal(raw, root); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("testdata/*/*/snapshot.json")
	if err != nil || len(files) < 10 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file) //nolint:gosec // of testdata
		if err != nil {
			t.Fatal(err)
		}
		if problems := root.problems(t, text); len(problems) > 0 {
			t.Errorf("%s: %v", file, problems)
		}
	}
	var written bytes.Buffer
	if err := charging.WriteSnapshot(&written, eventfulHouse(t, 16)); err != nil {
		t.Fatal(err)
	}
	if problems := root.problems(t, written.Bytes()); len(problems) > 0 {
		t.Error("eventful house:", problems)
	}
	good, err := os.ReadFile("testdata/quality/heating/snapshot.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ old, with, want string }{
		{`"kind": "block"`, `"kind": "block", "colour": "red"`, "house.colour"},
		{`"number": "001",`, ``, "accounts[0].number"},
		{`"price": "2000"`, `"price": 2000`, "tariffs[0].price"},
		{`"price": "2000"`, `"price": "2e3"`, "tariffs[0].price"},
		{`"from": "2026-10-03T00:00"`, `"from": "2026-10-03"`, "quality_acts[0].from"},
		{`"service": "heating", "price"`, `"service": "heat", "price"`, "tariffs[0].service"},
		{`"format": 1`, `"format": "1"`, "format"},
		{`"norms": [`, `"norms": {}, "house_meters": [`, "norms"},
	} {
		bad := strings.Replace(string(good), c.old, c.with, 1)
		if bad == string(good) {
			t.Fatal("the snapshot has no", c.old)
		}
		if problems := root.problems(t, []byte(bad)); !slices.ContainsFunc(problems, func(p string) bool {
			return strings.HasPrefix(p, c.want+":")
		}) {
			t.Errorf("%s: got %v", c.want, problems)
		}
		if _, err := charging.ReadSnapshot(strings.NewReader(bad)); err == nil {
			t.Errorf("%s: the reader accepts it", c.want)
		}
	}
}

func (s *schema) problems(t *testing.T, text []byte) []string {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return s.check("", v, s.Defs)
}

func (s *schema) check(path string, v any, defs map[string]*schema) []string {
	path = strings.TrimPrefix(path, ".")
	if s.Ref != "" {
		return defs[strings.TrimPrefix(s.Ref, "#/$defs/")].check(path, v, defs)
	}
	wrong := func(format string, args ...any) []string {
		return []string{path + ": " + fmt.Sprintf(format, args...)}
	}
	if !s.allows(v) {
		return wrong("expected %v, got %T", s.Type, v)
	}
	var all []string
	switch v := v.(type) {
	case string:
		if len(s.Enum) > 0 && !slices.Contains(s.Enum, v) {
			return wrong("%q is none of %v", v, s.Enum)
		}
		if !regexp.MustCompile(s.Pattern).MatchString(v) {
			return wrong("%q does not match %s", v, s.Pattern)
		}
	case []any:
		if len(v) > s.MaxItems {
			return wrong("%d entries", len(v))
		}
		for i := range v {
			all = append(all, s.Items.check(fmt.Sprintf("%s[%d]", path, i), v[i], defs)...)
		}
	case map[string]any:
		all = s.checkObject(path, v, defs)
	}
	for i := range all {
		all[i] = strings.TrimPrefix(all[i], ".")
	}
	return all
}

func (s *schema) checkObject(path string, v map[string]any, defs map[string]*schema) []string {
	var all []string
	for name, value := range v {
		if p := s.Properties[name]; p != nil {
			all = append(all, p.check(path+"."+name, value, defs)...)
		} else {
			all = append(all, path+"."+name+": unknown")
		}
	}
	for _, name := range s.Required {
		if _, there := v[name]; !there {
			all = append(all, path+"."+name+": is missing")
		}
	}
	return all
}

func (s *schema) allows(v any) bool {
	var name string
	switch v := v.(type) {
	case nil:
		name = "null"
	case string:
		name = "string"
	case bool:
		name = "boolean"
	case json.Number:
		name = "number"
		if _, err := v.Int64(); err == nil {
			name = "integer"
		}
	case []any:
		name = "array"
	case map[string]any:
		name = "object"
	}
	if list, ok := s.Type.([]any); ok {
		return slices.ContainsFunc(list, func(t any) bool { return t == name })
	}
	return cmp.Equal(s.Type, any(name))
}
