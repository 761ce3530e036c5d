package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/pipeline/parameters"
	"github.com/kvitok-gkh/kvitok/profiles"
)

// configReader reads a configuration and collects everything that is wrong with it.
type configReader struct {
	file   string // for messages
	getenv func(string) string
	root   yaml.Node
	faults []fault
}

// fault is one thing that is wrong; line 0 is of no line.
type fault struct {
	line    int
	message string
}

// loadConfig reads kvitok.yaml strictly. A missing default file means defaults; the error holds
// every fault, each with its line.
func (e *environment) loadConfig() (*config, error) {
	path := e.configPath()
	content, err := os.ReadFile(path) //nolint:gosec // the operator names the file
	if errors.Is(err, os.ErrNotExist) && e.config == "" {
		content, err = nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the configuration: %w", err)
	}
	dir, err := filepath.Abs(e.dir)
	if err != nil {
		return nil, fmt.Errorf("find the data folder: %w", err)
	}
	r := &configReader{file: filepath.Base(path), getenv: e.getenv}
	c := r.read(content)
	r.overrides(c)
	if c.TimeZone != defaultZone {
		c.overrides.TimeZone = c.TimeZone
	}
	c.defaults(dir)
	r.check(c)
	return c, r.err()
}

func (r *configReader) read(content []byte) *config {
	var strict, c config
	decoder := yaml.NewDecoder(bytes.NewReader(content))
	decoder.KnownFields(true)
	if err := decoder.Decode(&strict); err != nil && !errors.Is(err, io.EOF) {
		r.yamlFaults(err)
	}
	if yaml.Unmarshal(content, &r.root) != nil || len(r.root.Content) == 0 {
		return &c // the strict reading has told why
	}
	r.expand(&r.root)
	_ = r.root.Decode(&c) // the strict reading has told what is wrong with types
	return &c
}

var (
	yamlLine  = regexp.MustCompile(`^(?:yaml: )?line (\d+): (.*)$`)
	yamlField = regexp.MustCompile(`^field (\S+) not found in type \S+$`)
	variable  = regexp.MustCompile(`\$\{([A-Za-z_][A-Za-z0-9_]*)\}`)
	step      = regexp.MustCompile(`([a-z_]+)|\[(\d+)\]`)
)

// yamlFaults takes the messages of the YAML reader apart: it reports all at once.
func (r *configReader) yamlFaults(err error) {
	messages := []string{err.Error()}
	if types, ok := errors.AsType[*yaml.TypeError](err); ok {
		messages = types.Errors
	}
	for _, message := range messages {
		line := 0
		if m := yamlLine.FindStringSubmatch(message); m != nil {
			line, _ = strconv.Atoi(m[1])
			message = m[2]
		}
		if m := yamlField.FindStringSubmatch(message); m != nil {
			message = "unknown key " + m[1]
		}
		r.fault(line, message)
	}
}

func (r *configReader) fault(line int, message string) {
	r.faults = append(r.faults, fault{line, message})
}

// err holds every fault in the order of lines.
func (r *configReader) err() error {
	slices.SortStableFunc(r.faults, func(a, b fault) int { return cmp.Compare(a.line, b.line) })
	errs := make([]error, 0, len(r.faults))
	for _, f := range r.faults {
		place := r.file
		if f.line > 0 {
			place += ":" + strconv.Itoa(f.line)
		}
		errs = append(errs, errors.New(place+": "+f.message))
	}
	return errors.Join(errs...)
}

// expand puts the environment into texts that name it: ${NAME}. Keys stay as they are.
func (r *configReader) expand(n *yaml.Node) {
	for i, child := range n.Content {
		if n.Kind == yaml.MappingNode && i%2 == 0 {
			continue
		}
		r.expand(child)
	}
	if n.Kind != yaml.ScalarNode || n.Tag != "!!str" {
		return
	}
	n.Value = variable.ReplaceAllStringFunc(n.Value, func(match string) string {
		name := variable.FindStringSubmatch(match)[1]
		value := r.getenv(name)
		if value == "" {
			r.fault(n.Line, "the environment has no "+name)
		}
		return value
	})
}

func (r *configReader) overrides(c *config) {
	if url := r.getenv("KVITOK_DATABASE_URL"); url != "" {
		c.Database.URL = url
	}
	if token := r.getenv("KVITOK_HTTP_TOKEN"); token != "" {
		c.Serve.Token = token
	}
}

// check adds what each section says of itself.
func (r *configReader) check(c *config) {
	if !reflect.ValueOf(c.Organisation).IsZero() {
		r.section("organisation", c.Organisation.validate())
	}
	for i, o := range c.Organisations {
		r.section(fmt.Sprintf("organisations[%d]", i), o.validate())
	}
	r.checkPartners(c)
	if c.Stream != nil {
		r.section("stream", c.Stream.Validate())
	}
	_, err := c.printer()
	r.section("receipts", err)
	if c.Letters != nil {
		r.section("letters", c.Letters.validate())
	}
	r.section("serve", c.Serve.validate())
	if c.Office != nil {
		r.section("office", c.Office.Validate())
	}
	r.section("schedules", c.Schedules.Validate())
	_, err = profiles.LoadDir(c.Formats)
	r.section("formats", err)
	if c.Workers < 1 {
		r.section("workers", errors.New("must be at least 1"))
	}
	if c.zone, err = time.LoadLocation(c.TimeZone); err != nil {
		r.section("time_zone", fmt.Errorf("no such zone %q", c.TimeZone))
		c.zone = time.UTC
	}
	r.checkParameters(c)
	r.checkWorkdays(c)
	r.checkOrders(c)
}

func (r *configReader) checkPartners(c *config) {
	known := map[string]bool{}
	for i, p := range c.Partners {
		at := fmt.Sprintf("partners[%d]", i)
		switch {
		case p.Name == "" || p.Name != filepath.Base(p.Name) || strings.HasPrefix(p.Name, "."):
			r.section(at, errors.New("name must be a plain word: it names folders"))
		case known[p.Name]:
			r.section(at, fmt.Errorf("there is another partner %q", p.Name))
		case p.Inbox == nil && p.Outbox == nil:
			r.section(at, errors.New("neither inbox nor outbox"))
		case !p.EqualRows.Known():
			r.section(at, fmt.Errorf("equal_rows is %q, want hold, warn or book", p.EqualRows))
		case p.KeepDays < 0:
			r.section(at, errors.New("keep_days is negative"))
		}
		known[p.Name] = true
		if p.Inbox != nil {
			r.section(at+".inbox", p.Inbox.validate(true))
		}
		if p.Outbox != nil {
			r.section(at+".outbox", p.Outbox.validate(false))
		}
		if p.PGP != nil {
			r.section(at+".pgp", p.PGP.Validate())
		}
	}
	for i, d := range c.Schedules.Deliveries {
		if !slices.ContainsFunc(c.Partners, func(p partnerConfig) bool { return p.Name == d.To && p.Outbox != nil }) {
			r.section(fmt.Sprintf("schedules.deliveries[%d].to", i), fmt.Errorf("there is no partner %q with an outbox", d.To))
		}
	}
	if c.Debts.Partner != "" && !known[c.Debts.Partner] {
		r.section("debts.partner", fmt.Errorf("there is no partner %q", c.Debts.Partner))
	}
}

func (r *configReader) checkParameters(c *config) {
	base, err := parameters.Builtin()
	r.section("parameters", err)
	c.parameters = base
	if c.Parameters.Kind == 0 {
		return
	}
	text, err := yaml.Marshal(&c.Parameters)
	if err != nil {
		r.section("parameters", err)
		return
	}
	extra, err := parameters.Load(bytes.NewReader(text))
	r.section("parameters", err)
	c.parameters, c.overrides.Parameters = parameters.Override(base, extra), extra
}

func (r *configReader) checkOrders(c *config) {
	base, err := parameters.BuiltinOrders()
	r.section("payment_orders", err)
	c.orders = base
	if c.Orders.Kind == 0 {
		return
	}
	text, err := yaml.Marshal(&c.Orders)
	if err != nil {
		r.section("payment_orders", err)
		return
	}
	extra, err := parameters.LoadOrders(bytes.NewReader(text))
	r.section("payment_orders", err)
	c.orders, c.overrides.Orders = parameters.OverrideOrders(base, extra), extra
	for _, parameter := range c.parameters {
		known := slices.ContainsFunc(c.orders, func(o housing.PaymentOrder) bool { return o.Name == parameter.Value })
		if parameter.Name == "payment.order" && !known {
			r.section("parameters", fmt.Errorf("payment.order names %q: there is no such order", parameter.Value))
		}
	}
}

func (r *configReader) checkWorkdays(c *config) {
	base, err := parameters.BuiltinWorkdays()
	r.section("workdays", err)
	c.workdays = base
	if c.Workdays.Kind == 0 {
		return
	}
	text, err := yaml.Marshal(&c.Workdays)
	if err != nil {
		r.section("workdays", err)
		return
	}
	extra, err := parameters.LoadWorkdays(bytes.NewReader(text))
	r.section("workdays", err)
	c.workdays, c.overrides.Workdays = parameters.OverrideWorkdays(base, extra), extra.Years
}

// section reports the faults of one section, each at the line of the section.
func (r *configReader) section(path string, err error) {
	if err == nil {
		return
	}
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		for _, one := range many.Unwrap() {
			r.section(path, one)
		}
		return
	}
	r.fault(r.line(path), path+": "+err.Error())
}

// line finds the deepest part of the path that the file has.
func (r *configReader) line(path string) int {
	line := 0
	if len(r.root.Content) == 0 {
		return 0
	}
	node := r.root.Content[0]
	for _, m := range step.FindAllStringSubmatch(path, -1) {
		next := child(node, m[1], m[2])
		if next == nil {
			break
		}
		node, line = next, next.Line
	}
	return line
}

func child(n *yaml.Node, key, index string) *yaml.Node {
	if key == "" {
		i, err := strconv.Atoi(index)
		if err != nil || n.Kind != yaml.SequenceNode || i >= len(n.Content) {
			return nil
		}
		return n.Content[i]
	}
	if n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}
