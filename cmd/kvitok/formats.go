package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/importers/catalogue"
	"github.com/kvitok-gkh/kvitok/importers/profiled"
	"github.com/kvitok-gkh/kvitok/profiles"
)

func (e *environment) formatsCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "formats", Short: "List the formats of files: built in, profiles and your own; show one; test how a file is read",
		Args: cobra.NoArgs,
		RunE: e.do(func(ctx context.Context, _ []string) error {
			formats, err := e.formats(ctx)
			if err != nil {
				return err
			}
			list := describeFormats(formats)
			return e.print(list, func(w io.Writer) { writeFormats(w, list) })
		}),
	}
	c.AddCommand(e.formatsShowCommand(), e.formatsNewCommand(), e.formatsTestCommand())
	return c
}

// describeFormats lists what is read and what is written.
func describeFormats(formats catalogue.Loaded) []importers.About {
	var list []importers.About
	for _, f := range formats.Catalogue {
		list = append(list, importers.Describe(f))
	}
	for _, p := range formats.Profiles {
		if p.Direction == profiles.Out {
			list = append(list, profiled.About(p))
		}
	}
	return list
}

func (e *environment) formatsShowCommand() *cobra.Command {
	return &cobra.Command{
		Use: "show NAME", Short: "Print a format profile: a start for one of your own",
		Args: cobra.ExactArgs(1),
		RunE: e.do(func(ctx context.Context, args []string) error {
			formats, err := e.formats(ctx)
			if err != nil {
				return err
			}
			for _, p := range formats.Profiles {
				if p.Name == args[0] {
					shown := struct {
						importers.About
						Profile string `json:"profile"`
					}{profiled.About(p), string(p.Text)}
					return e.print(shown, func(w io.Writer) { say(w, "%s", strings.TrimRight(shown.Profile, "\n")) })
				}
			}
			f, err := formats.ByName(args[0])
			if err != nil {
				return &usageError{fmt.Sprintf("%v; kvitok formats lists them", err)}
			}
			about := importers.Describe(f)
			return e.print(about, func(w io.Writer) {
				say(w, "%s is read by code: it has no profile. Subject %s, kind %s.", about.Name, about.Subject, about.Kind)
			})
		}),
	}
}

func (e *environment) formatsNewCommand() *cobra.Command {
	kinds := strings.Join(profiles.Examples(), "|")
	return &cobra.Command{
		Use: "new " + kinds, Short: "Print a profile with comments, a start for one of your own",
		Long: "Print a profile with comments, a start for one of your own: of a text with delimiters, of a text whose cells have\n" +
			"their places (widths), of a csv, xlsx or dbf table.\n\n" +
			"    kvitok formats new csv > our-csv.yaml\n    kvitok formats test our-csv.yaml FILE\n\n" +
			"docs/formats.md tells every key. A profile that reads well goes into the folder \"formats\" of the data folder.",
		Args: cobra.ExactArgs(1), ValidArgs: profiles.Examples(),
		RunE: e.do(func(_ context.Context, args []string) error {
			text, err := profiles.Example(args[0])
			if err != nil {
				return &usageError{err.Error()}
			}
			say(e.out, "%s", strings.TrimRight(string(text), "\n"))
			return nil
		}),
	}
}

// formats is the catalogue as the configuration makes it. It needs neither an organisation nor a
// database.
func (e *environment) formats(ctx context.Context) (catalogue.Loaded, error) {
	c, err := e.loadConfig()
	if err != nil {
		return catalogue.Loaded{}, err
	}
	return loadFormats(ctx, c, e.logger())
}

// loadFormats puts the profiles of the user's folder into the catalogue.
func loadFormats(ctx context.Context, c *config, log *slog.Logger) (catalogue.Loaded, error) {
	own, err := profiles.LoadDir(c.Formats)
	if err != nil {
		return catalogue.Loaded{}, fmt.Errorf("read the format profiles of %s: %w", c.Formats, err)
	}
	formats, err := catalogue.Load(own)
	if err != nil {
		return formats, err
	}
	for _, p := range formats.Replaced {
		log.LogAttrs(ctx, slog.LevelWarn, "a profile of yours stands in place of a format of the program",
			slog.String("format", p.Name), slog.Int("version", p.Version), slog.String("file", p.Source))
	}
	return formats, nil
}

func writeFormats(w io.Writer, list []importers.About) {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(table, "NAME\tSUBJECT\tDIRECTION\tKIND\tSOURCE\tTITLE") // flushed below
	for _, f := range list {
		_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", f.Name, f.Subject, f.Direction, f.Kind, f.Source, f.Title)
	}
	_ = table.Flush() // a closed pipe is the reader's decision
}

// debtProfile finds the layout of the debt registry; nil leaves the usual one.
func debtProfile(formats catalogue.Loaded, name string) (*profiles.Profile, error) {
	if name == "" {
		return nil, nil //nolint:nilnil // the pipeline knows the usual one
	}
	for _, p := range formats.Profiles {
		if p.Name == name && p.Export != nil {
			return p, nil
		}
	}
	return nil, fmt.Errorf("debts.profile: no format profile %q goes out; kvitok formats lists them", name)
}
