package main

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/kvitok-gkh/kvitok/importers"
	"github.com/kvitok-gkh/kvitok/importers/catalogue"
)

func (e *environment) formatsCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "formats", Short: "List the formats of files: built in, profiles and your own; show one; test how a file is read",
		Args: cobra.NoArgs,
		RunE: e.do(func(context.Context, []string) error {
			formats, err := e.formats()
			if err != nil {
				return err
			}
			list := make([]importers.About, len(formats))
			for i, f := range formats {
				list[i] = importers.Describe(f)
			}
			return e.print(list, func(w io.Writer) { writeFormats(w, list) })
		}),
	}
	c.AddCommand(e.formatsTestCommand())
	return c
}

// formats is the catalogue as the configuration makes it. It needs neither an organisation nor a
// database.
func (e *environment) formats() (importers.Catalogue, error) {
	if _, err := e.loadConfig(); err != nil {
		return nil, err
	}
	return catalogue.New(), nil
}

func writeFormats(w io.Writer, list []importers.About) {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(table, "NAME\tSUBJECT\tDIRECTION\tKIND\tSOURCE\tTITLE") // flushed below
	for _, f := range list {
		_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", f.Name, f.Subject, f.Direction, f.Kind, f.Source, f.Title)
	}
	_ = table.Flush() // a closed pipe is the reader's decision
}
