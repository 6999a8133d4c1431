package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"github.com/spf13/cobra"

	"cloudless/internal/client"
)

func newEnv(o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "env",
		Short: "Print the environment that points AWS clients at the server",
		Long: `Print the commands that point a shell's AWS clients at the running server.

An AWS CLI that does not read AWS_ENDPOINT_URL (2.9 of Debian 12, say) gets a
shell function that gives it --endpoint-url.`,
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
			if !cliHonoursEndpointURL(cmd.Context()) {
				fmt.Printf("aws() { command aws --endpoint-url '%s' \"$@\"; } # this AWS CLI does not read AWS_ENDPOINT_URL\n", s.URLs[0])
			}
			return nil
		},
	}
}

// cliHonoursEndpointURL asks the AWS CLI in the path, if there is one.
func cliHonoursEndpointURL(ctx context.Context) bool {
	out, err := exec.CommandContext(ctx, "aws", "--version").CombinedOutput() // 1.x before 1.16 print to stderr
	return err != nil || client.CLIHonoursEndpointURL(strings.TrimSpace(string(out)))
}
