package main

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func newVersion(o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			about := map[string]string{"version": version, "go": runtime.Version(), "os": runtime.GOOS, "arch": runtime.GOARCH}
			if info, ok := debug.ReadBuildInfo(); ok {
				for _, s := range info.Settings {
					if s.Key == "vcs.revision" {
						about["revision"] = s.Value
					}
				}
			}
			if o.json {
				printJSON(os.Stdout, about)
				return nil
			}
			fmt.Printf("cloudless %s (%s, %s/%s)\n", about["version"], about["go"], about["os"], about["arch"])
			return nil
		},
	}
}
