package main

import (
	"errors"
	"fmt"
	"os"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"cloudless/internal/app"
)

func newRuntime(o *options) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "runtime",
		Short: "Install and list what functions run on",
		Long: `A function names the runtime that it runs on, such as nodejs6.10. Runtime packs bring
what it needs: for Node that very version, with the AWS SDK of its day; for Python the
SDK, for Java AWS's runtime interface client, on the interpreter of this machine that
is nearest. They are fetched with the language's own package client (npm, pip, mvn, as
they are configured), here or at the first use, and kept for all data directories
(CLOUDLESS_RUNTIMES says where).`,
	}
	cmd.AddCommand(newRuntimeInstall(), newRuntimeList(o))
	return cmd
}

func newRuntimeInstall() *cobra.Command {
	var sdk []string
	cmd := &cobra.Command{
		Use:   "install RUNTIME...",
		Short: "Fetch the packs of runtimes",
		Long: `Fetches the packs of runtimes that are not here yet.

Those of nodejs18.x and newer have the clients of the AWS SDK that are used most. What
else a function requires by name is fetched when the function is made or updated; --sdk
fetches it now, for machines that will have no registry, or functions that put names
together while they run.`,
		Example: `  cloudless runtime install nodejs6.10 nodejs22.x
  cloudless runtime install nodejs22.x --sdk @aws-sdk/client-ec2,@aws-sdk/client-rds`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("which runtime? (cloudless runtime list names them)")
			}
			for _, identifier := range args {
				if err := app.CheckRuntime(identifier, sdk); err != nil {
					return err // before anything is fetched in vain
				}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			for _, identifier := range args {
				err := app.InstallRuntime(cmd.Context(), runtimesDir(), identifier, sdk, func(line string) { fmt.Println(line) })
				if err != nil {
					return err
				}
			}
			return nil
		},
	}
	cmd.Flags().StringSliceVar(&sdk, "sdk", nil, "packages of @aws-sdk and @smithy to add")
	return cmd
}

func newRuntimeList(o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "List the runtimes, and which of them are installed",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			all := app.Runtimes(runtimesDir())
			if o.json {
				printJSON(os.Stdout, all)
				return nil
			}
			w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
			for _, r := range all {
				state := "not installed"
				if r.Installed {
					state = "ready: " + r.Runs
				} else if r.Missing != "" {
					state = r.Missing
				}
				fmt.Fprintf(w, "%s\t%s\n", r.Identifier, state)
			}
			return w.Flush()
		},
	}
}
