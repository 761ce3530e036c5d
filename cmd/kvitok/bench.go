package main

import "github.com/spf13/cobra"

func (e *environment) benchCommand() *cobra.Command { return &cobra.Command{Use: "bench"} }
