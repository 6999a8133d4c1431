// Package cli tells, in scripts, what users of the real AWS CLI see.
//
// Each file in testdata/script is a story with a server of its own. The
// scripts are those of testscript (rogpeppe/go-internal); beside its commands
// there are zip, http, field, line and eventually.
package cli

import (
	"context"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"cloudless/internal/app"
	"cloudless/test/servertest"
)

var update = flag.Bool("update", false, "write what the commands print into the scripts")

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(m.Run())
}

func TestScripts(t *testing.T) {
	aws, err := exec.LookPath("aws")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("the AWS CLI is missing; make test fetches it")
		}
		t.Skip("the AWS CLI is missing; make test fetches it")
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		UpdateScripts:       *update,
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"zip": zipFiles, "http": call, "field": field, "line": line, "eventually": eventually},
		Setup:               func(env *testscript.Env) error { return setup(env, filepath.Dir(aws)) },
	})
}

// setup gives each script a server and an environment without anything of the
// developer's.
func setup(env *testscript.Env, awsDir string) error {
	cfg := servertest.Config(filepath.Join(env.WorkDir, ".server"))
	srv, err := app.Start(context.Background(), cfg)
	if err != nil {
		return err
	}
	env.Defer(srv.Stop)
	host := strings.TrimPrefix(srv.URL, "http://")
	for k, v := range map[string]string{
		"HOME":                  env.WorkDir,
		"PATH":                  awsDir + string(os.PathListSeparator) + os.Getenv("PATH"),
		"AWS_ENDPOINT_URL":      srv.URL,
		"AWS_ACCESS_KEY_ID":     srv.RootKey.ID,
		"AWS_SECRET_ACCESS_KEY": srv.RootKey.Secret,
		"AWS_DEFAULT_REGION":    "us-east-1",
		"AWS_MAX_ATTEMPTS":      "1",
		"AWS_PAGER":             "",
		"AWS_CA_BUNDLE":         "",
		"ACCOUNT":               servertest.Account,
		"PORT":                  host[strings.LastIndex(host, ":")+1:],
	} {
		env.Setenv(k, v)
	}
	return nil
}
