package main

import (
	"fmt"
	"os"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"cloudless/internal/client"
)

func newStatus(o *options) *cobra.Command {
	return &cobra.Command{
		Use:   "status",
		Short: "Tell whether the server runs, and what it is doing",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			s, key, err := o.connect(cmd.Context())
			if err != nil {
				return err
			}
			status, err := client.New(s, key).Status(cmd.Context())
			if err != nil {
				return fmt.Errorf("the server at %s does not answer: %w", s.URLs[0], err)
			}
			if o.json {
				printJSON(os.Stdout, map[string]any{"server": s, "status": status})
				return nil
			}
			return printStatus(s, status)
		},
	}
}

func printStatus(s client.Server, status *client.Status) error {
	fmt.Printf("cloudless %s at %s\n", status.Version, s.URLs[0])
	if !s.Started.IsZero() {
		fmt.Printf("account %s, region %s, process %d, up %s\n", s.Account, s.Region, s.PID, time.Since(s.Started).Round(time.Second))
	}
	fmt.Printf("data in %s\n", status.Data)
	isolation := "isolated"
	if !status.Functions.Isolated {
		isolation = "NOT isolated"
	}
	fmt.Printf("functions run %s (%s), %d environments\n", isolation, status.Functions.Driver, len(status.Functions.Environments))
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	for _, e := range status.Functions.Environments {
		fmt.Fprintf(w, "  %s\t%s on %s\t%s\t%d invocations\t%d of %d MB\n", e.Function, e.Runtime, e.Runs, e.State, e.Invocations, e.UsedMB, e.MemoryMB)
	}
	for _, e := range status.Functions.Waiting {
		if e.Ready > 0 {
			fmt.Fprintf(w, "  (any)\t%s\twaiting\t%d of them\t%d MB\n", e.Runtime, e.Ready, e.MemoryMB)
		}
	}
	if err := w.Flush(); err != nil || len(status.APIs) == 0 {
		return err
	}
	fmt.Println("calls of deployed APIs since the start")
	for _, a := range status.APIs {
		name := "  " + a.APIName + " " + a.APIID + " " + a.Stage
		if a.Method != "" {
			name = "    " + a.Method + " " + a.Resource
		}
		fmt.Fprintf(w, "%s\t%d calls\t%d 4XXError\t%d 5XXError\t%.0f ms on average", name, a.Count, a.ClientErrors, a.ServerErrors, a.Latency.Average)
		if a.CacheHitCount+a.CacheMissCount > 0 {
			fmt.Fprintf(w, "\t%d of %d from the cache", a.CacheHitCount, a.CacheHitCount+a.CacheMissCount)
		}
		fmt.Fprintln(w)
	}
	return w.Flush()
}
