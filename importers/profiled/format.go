// Package profiled owns reading files by format profiles: it turns a profile into a format of the catalogue. It
// does not own what a profile may say (profiles), nor what becomes of a row (pipeline).
//
// A text is read line by line in constant memory, but for the numbers that must not come twice: eight to sixteen bytes
// each. BenchmarkSberA reads 554 000 rows a processor second (2 virtual cores of an Intel Xeon, both busy otherwise).
package profiled

import (
	"context"
	"fmt"
	"slices"

	"github.com/kvitok-gkh/kvitok/housing"
	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/profiles"
)

// New makes the format of a profile.
func New(p *profiles.Profile) (importers.Format, error) {
	l, err := compile(p)
	if err != nil {
		return nil, fmt.Errorf("format profile %s: %w", p.Name, err)
	}
	switch p.Kind {
	case profiles.CSV, profiles.XLSX, profiles.DBF:
		return newTable(l), nil
	case profiles.Text:
	}
	t := text{layouts: []*layout{l}, layout: l}
	for _, other := range p.Or {
		same := *p
		same.Delimiter = other
		if l, err = compile(&same); err != nil {
			return nil, fmt.Errorf("format profile %s: %w", p.Name, err)
		}
		t.layouts = append(t.layouts, l)
	}
	return t, nil
}

// All makes the formats of profiles, those that only go out aside.
func All(list []*profiles.Profile) (importers.Catalogue, error) {
	var formats importers.Catalogue
	for _, p := range list {
		if p.Direction == profiles.Out {
			continue
		}
		f, err := New(p)
		if err != nil {
			return nil, err
		}
		formats = append(formats, f)
	}
	return formats, nil
}

// text is a format of lines of cells. It has a layout for each delimiter that the partner may use.
type text struct {
	*layout
	layouts []*layout
}

// Name returns the name of the profile.
func (l *layout) Name() string { return l.profile.Name }

// Subject returns what its rows speak of.
func (l *layout) Subject() string { return string(l.profile.Subject) }

// Single reports whether the rows hold nothing but their own fact, no readings beside a payment, and no other file
// proves them.
func (l *layout) Single() bool {
	return len(l.profile.Groups) == 0 && l.profile.Control != profiles.PackControl && !slices.ContainsFunc(l.lines, func(of *line) bool { return len(of.groups) > 0 })
}

// EqualRows is what the profile says of payments that equal those of another file.
func (l *layout) EqualRows() housing.EqualRows { return l.profile.EqualRows }

// About describes the profile.
func (l *layout) About() importers.About { return About(l.profile) }

// About describes a profile, one that only goes out too.
func About(p *profiles.Profile) importers.About {
	a := importers.About{
		Name: p.Name, Subject: string(p.Subject), Direction: importers.Direction(p.Direction), Kind: string(p.Kind),
		Source: importers.SourceProfile, Version: p.Version, Digest: p.Digest(), Title: p.Title,
	}
	if p.Source != "" {
		a.Source = p.Source
	}
	return a
}

// Recognise looks at the first lines.
func (f text) Recognise(s *importers.Sample) bool { return f.fitting(s) != nil }

// Score says how well a sample fits.
func (f text) Score(s *importers.Sample) int {
	best := 0
	for _, l := range f.layouts {
		best = max(best, l.recognise(s))
	}
	return best
}

func (f text) fitting(s *importers.Sample) *layout {
	for _, l := range f.layouts {
		if l.recognise(s) > 0 {
			return l
		}
	}
	return nil
}

// Decode reads the lines and proves the totals.
func (f text) Decode(ctx context.Context, in importers.Input, yield func(importers.Record) error) (importers.Result, error) {
	sample, err := importers.NewSample(in)
	if err != nil {
		return importers.Result{}, err
	}
	l := f.fitting(sample)
	if l == nil {
		l = f.layout // forced by its name
	}
	return l.decode(ctx, in, sample, yield)
}
