package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/signal"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"cloudless/internal/client"
)

func newLogs(o *options) *cobra.Command {
	var follow bool
	cmd := &cobra.Command{
		Use:   "logs FUNCTION",
		Short: "Print the log of a function",
		Long: `Print what a function has written, with the START, END and REPORT lines of its
invocations. A function may be given as AWS's APIs take it: by its name or ARN, with a
version or an alias to see what that has written (of an alias with weights, the version
that it names first). A name that begins with a slash is that of a log group. With
--json, each event is one line.`,
		Example: `  cloudless logs putitem
  cloudless logs -f putitem
  cloudless logs putitem:live`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return errors.New("the log of which function?")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			s, key, err := o.connect(cmd.Context())
			if err != nil {
				return err
			}
			ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt)
			defer stop()
			c := client.New(s, key)
			found, err := logOf(ctx, c, args[0])
			if err != nil {
				return err
			}
			t := tail{client: c, log: found, json: o.json}
			if follow {
				return t.follow(ctx)
			}
			if err = t.print(ctx); isNotThere(err) {
				return fmt.Errorf("there is no log group %s (yet): a function has one once it has run", t.log.group)
			}
			return err
		},
	}
	cmd.Flags().BoolVarP(&follow, "follow", "f", false, "go on printing what comes")
	return cmd
}

// log is where a function writes, or a whole group.
type log struct {
	group  string
	stream string // what is in the names of its streams; empty where all are meant
}

func (l log) has(stream string) bool { return strings.Contains(stream, l.stream) }

// logOf finds the log of a function by what AWS's APIs take for its name, which may have a
// version or an alias, or of a name that begins with a slash. The log of a function that is
// not there (any more) is where functions have theirs by default.
func logOf(ctx context.Context, c *client.Client, name string) (log, error) {
	if strings.HasPrefix(name, "/") {
		return log{group: name}, nil
	}
	var function struct {
		FunctionName, FunctionArn, Version string
		LoggingConfig                      struct{ LogGroup string }
	}
	err := c.GetJSON(ctx, "lambda", "/2015-03-31/functions/"+url.PathEscape(name)+"/configuration", &function)
	if isNotThere(err) {
		parts := strings.Split(name, ":")
		if i := slices.Index(parts, "function"); i >= 0 && i+1 < len(parts) {
			parts = parts[i+1:]
		}
		return log{group: defaultLogGroup + parts[0]}, nil
	}
	if err != nil {
		return log{}, err
	}
	l := log{group: function.LoggingConfig.LogGroup}
	if l.group != defaultLogGroup+function.FunctionName { // others may have theirs there
		l.stream = "/" + function.FunctionName + "["
	}
	if strings.Count(function.FunctionArn, ":") > arnColons {
		l.stream = cmp.Or(l.stream, "/[") + function.Version + "]"
	}
	return l, nil
}

// defaultLogGroup is how the groups begin that functions have by default.
const defaultLogGroup = "/aws/lambda/"

// arnColons are in an ARN of a function without a qualifier.
const arnColons = 6
