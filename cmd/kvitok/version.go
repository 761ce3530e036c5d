package main

import (
	"context"
	"io"
	"runtime"

	"github.com/spf13/cobra"
)

func (e *environment) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version", Args: cobra.NoArgs,
		RunE: e.do(func(context.Context, []string) error {
			result := map[string]string{"version": version, "go": runtime.Version(), "platform": runtime.GOOS + "/" + runtime.GOARCH}
			return e.print(result, func(w io.Writer) {
				say(w, "kvitok %s (%s, %s)", version, result["go"], result["platform"])
			})
		}),
	}
}
