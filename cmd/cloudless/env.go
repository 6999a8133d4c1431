package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"cloudless/internal/client"
)

func newEnv(o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "env",
		Short: "Print the environment that points AWS clients at the server",
		Long: `Print the commands that point a shell's AWS clients at the running server.

The AWS CLI gets a shell function that gives it --endpoint-url: before 2.13 and
1.29 (Debian 12 has 2.9) it does not read AWS_ENDPOINT_URL, and for some services,
SQS among them, no version does.`,
		Example: `  eval "$(cloudless env)"`,
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, key, err := o.connect(cmd.Context())
			if err != nil {
				return err
			}
			vars := client.Environment(s, key, os.Environ())
			if o.json {
				values := map[string]*string{}
				for _, v := range vars {
					values[v.Name] = v.Value
				}
				printJSON(os.Stdout, values)
				return nil
			}
			fmt.Print(client.Shell(vars))
			fmt.Printf("aws() { command aws --endpoint-url '%s' \"$@\"; } # which does not always read AWS_ENDPOINT_URL\n", s.URLs[0])
			return nil
		},
	}
}
