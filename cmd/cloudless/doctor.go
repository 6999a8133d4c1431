package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"cloudless/internal/app"
)

func newDoctor(o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "doctor",
		Short: "Tell what this machine offers for functions: isolation, limits, interpreters",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			facts, err := app.Doctor(o.dataDir, runtimesDir())
			if err != nil {
				return err
			}
			if o.json {
				printJSON(os.Stdout, facts)
				return nil
			}
			for _, f := range facts {
				mark := "no "
				if f.OK {
					mark = "yes"
				}
				fmt.Printf("%s  %-24s %s\n", mark, f.Name, f.Detail)
			}
			return nil
		},
	}
}
