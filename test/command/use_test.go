package command

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/apigateway/types"

	"cloudless/internal/client"
	"cloudless/test/servertest"
)

func TestWrongUsage(t *testing.T) {
	for _, tt := range []struct {
		args  string
		first string // line of stderr
	}{
		{"nonsense", `cloudless: there is no command "nonsense"`},
		{"statsu", `cloudless: there is no command "statsu"; did you mean status?`},
		{"runtime lst", `cloudless: there is no command "lst"; did you mean list?`},
		{"help nonsense", `cloudless: there is no command "nonsense"`},
		{"completion nonsense", `cloudless: there is no command "nonsense"`},
		{"start --nonsense", "cloudless: unknown flag: --nonsense"},
		{"start now", `cloudless: unknown command "now" for "cloudless start"`},
		{"start --account 12", `cloudless: account "12" is not a number of 12 digits`},
		{"start --listen here", `cloudless: "here" is not an address to listen on, such as 127.0.0.1:4566 or [::1]:4566`},
		{"start --listen 127.0.0.1:99999", `cloudless: "127.0.0.1:99999" is not an address to listen on, such as 127.0.0.1:4566 or [::1]:4566`},
		{"start --listen=", `cloudless: "" is not an address to listen on, such as 127.0.0.1:4566 or [::1]:4566`},
		{"start --region Frankfurt", `cloudless: region "Frankfurt" is not the name of one, such as us-east-1`},
		{"start --allow-origin app.example.test", `cloudless: "app.example.test" is not the origin of pages, such as https://app.example.test`},
		{"start --allow-origin https://app.example.test/", `cloudless: "https://app.example.test/" is not the origin of pages, such as https://app.example.test`},
		{"start --user-pools here", `cloudless: "here" is not the URL of user pools, such as http://127.0.0.1:9229`},
		{"start --spares many", `cloudless: invalid argument "many" for "--spares" flag: it takes a whole number`},
		{"start --cache-bytes 1G", `cloudless: invalid argument "1G" for "--cache-bytes" flag: it takes a whole number`},
		{"start --cache-bytes -1", `cloudless: a cache of -1 bytes cannot be`},
		{"start --log-level loud", `cloudless: --log-level is debug, info, warn or error, not "loud"`},
		{"run", "cloudless: which command?"},
		{"logs", "cloudless: the log of which function?"},
		{"logs a b", "cloudless: the log of which function?"},
		{"runtime install", "cloudless: which runtime? (cloudless runtime list names them)"},
		{"runtime install nodejs22.x cobol", `cloudless: no runtime has the identifier "cobol" (cloudless runtime list names them)`},
		{"runtime install nodejs22.x --sdk left-pad", `cloudless: "left-pad" is no package of the SDK: they are called @aws-sdk/… and @smithy/…`},
		{"runtime install nodejs6.10 --sdk @aws-sdk/client-ec2", "cloudless: nodejs6.10 carries no packages of @aws-sdk"},
		{"start --data=", `cloudless: --data names no directory; ":memory:" keeps nothing`},
		{"status --data", "cloudless: flag needs an argument: --data"},
	} {
		t.Run(tt.args, func(t *testing.T) {
			got := call(t, nil, strings.Fields(tt.args)...)
			lines := strings.Split(strings.TrimSpace(got.stderr), "\n")
			if got.code != 2 || got.stdout != "" || lines[0] != tt.first {
				t.Errorf("got %+v, want %q and 2", got, tt.first)
			}
			if len(lines) != 3 || !strings.HasPrefix(lines[1], "usage: cloudless") || !strings.HasSuffix(lines[2], "--help tells more") {
				t.Errorf("what follows is %q", lines[1:])
			}
		})
	}
}

func TestVersionIsAFlagToo(t *testing.T) {
	got, want := call(t, nil, "--version"), call(t, nil, "version")
	if got != want || got.code != 0 || !strings.HasPrefix(got.stdout, "cloudless ") {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestHelp(t *testing.T) {
	for _, args := range []string{"", "--help", "help", "runtime"} {
		if got := call(t, nil, strings.Fields(args)...); got.code != 0 || got.stderr != "" || !strings.Contains(got.stdout, "Available Commands:") {
			t.Errorf("%q: %+v", args, got)
		}
	}
	for _, args := range []string{"start", "env", "run", "status", "logs", "doctor", "runtime install", "runtime list", "version", "completion bash"} {
		got := call(t, nil, append(strings.Fields(args), "--help")...)
		if got.code != 0 || got.stderr != "" || !strings.Contains(got.stdout, "Usage:\n  cloudless "+args) {
			t.Errorf("%s --help: %+v", args, got)
		}
	}
}

func TestCommandsThatNeedAServerSayWhereItIsNot(t *testing.T) {
	data := t.TempDir()
	for _, args := range [][]string{{"env"}, {"run", "true"}, {"status"}, {"logs", "f"}} {
		got := call(t, []string{"CLOUDLESS_DATA=" + data}, args...)
		want := "cloudless: " + data + ": no server is running on this data directory (start one with: cloudless start)\n"
		if got != (result{stderr: want, code: 1}) {
			t.Errorf("%v: got %+v, want %q", args, got, want)
		}
	}
}

// foreignEnv would lead AWS's clients elsewhere.
var foreignEnv = []string{
	"AWS_PROFILE=prod", "AWS_DEFAULT_PROFILE=prod", "AWS_SESSION_TOKEN=t", "AWS_SECURITY_TOKEN=t", "AWS_REGION=eu-west-1",
	"AWS_ACCESS_KEY_ID=AKIAPROD", "AWS_SECRET_ACCESS_KEY=prod", "AWS_CREDENTIAL_EXPIRATION=2020-01-01T00:00:00Z",
	"AWS_ENDPOINT_URL_S3=https://s3.example", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true", "AWS_USE_FIPS_ENDPOINT=true",
	"AWS_USE_DUALSTACK_ENDPOINT=true", "AWS_CA_BUNDLE=/nosuch.pem", "HTTP_PROXY=http://proxy.example:3128", "NO_PROXY=intra.example",
}

func TestEnvPointsEverythingHere(t *testing.T) {
	s := start(t, t.TempDir())
	var root client.Key
	s.readJSON("root-key.json", &root)
	const noProxy, aws = "intra.example,127.0.0.1,localhost,.localhost", ",.amazonaws.com,.amazonaws.com.cn,.api.aws,.on.aws"
	want := []string{"AWS_ACCESS_KEY_ID=" + root.ID, "AWS_DEFAULT_REGION=us-east-1", "AWS_ENDPOINT_URL=" + s.url, "AWS_REGION=us-east-1",
		"AWS_SECRET_ACCESS_KEY=" + root.Secret, "HTTP_PROXY=http://proxy.example:3128", "NO_PROXY=" + noProxy, "no_proxy=" + noProxy}
	relevant := func(env string) []string {
		var out []string
		for line := range strings.Lines(env) {
			if line = strings.TrimSuffix(line, "\n"); strings.HasPrefix(line, "AWS_") || strings.Contains(strings.ToLower(line), "_proxy=") {
				out = append(out, line)
			}
		}
		slices.Sort(out)
		return out
	}

	run := call(t, foreignEnv, "--data", s.data, "run", "--", "env")
	// As on Linux; elsewhere AWS's names do not lead here.
	rerouted := slices.Insert(slices.Clone(want), 1, "AWS_CA_BUNDLE="+filepath.Join(s.data, "ca-bundle.pem"))
	rerouted[len(rerouted)-2], rerouted[len(rerouted)-1] = "NO_PROXY="+noProxy+aws, "no_proxy="+noProxy+aws
	if got := relevant(run.stdout); run.code != 0 || !slices.Equal(got, rerouted) {
		t.Errorf("run:\n%s\n%s\nwant\n%s", strings.Join(got, "\n"), run.stderr, strings.Join(rerouted, "\n"))
	}

	shell := exec.Command("sh", "-ec", `eval "$("$0" --data "$1" env)"; env`, binary, s.data)
	shell.Env = append([]string{"HOME=" + t.TempDir(), "PATH=/usr/bin:/bin"}, foreignEnv...)
	out, err := shell.Output()
	if got := relevant(string(out)); err != nil || !slices.Equal(got, want) {
		t.Errorf("env:\n%s\n%v\nwant\n%s", strings.Join(got, "\n"), err, strings.Join(want, "\n"))
	}

	var vars map[string]*string
	printed := call(t, foreignEnv, "--data", s.data, "--json", "env")
	if err := json.Unmarshal([]byte(printed.stdout), &vars); err != nil {
		t.Fatalf("env --json: %v; %+v", err, printed)
	}
	if v := vars["AWS_ENDPOINT_URL"]; v == nil || *v != s.url {
		t.Errorf("env --json: %v", vars)
	}
	if v, named := vars["AWS_PROFILE"]; v != nil || !named {
		t.Errorf("env --json leaves AWS_PROFILE: %v", vars)
	}
}

// TestTheAWSCLIGetsItsEndpoint as an option, which every version takes for every
// service. Run may leave it as it is: AWS's names lead here.
func TestTheAWSCLIGetsItsEndpoint(t *testing.T) {
	s := start(t, t.TempDir())
	bin := t.TempDir()
	if err := os.WriteFile(filepath.Join(bin, "aws"), []byte("#!/bin/sh\necho \"$@\"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	env := []string{"PATH=" + bin + ":/usr/bin:/bin", "CLOUDLESS_DATA=" + s.data}
	want := "--endpoint-url " + s.url + " s3 ls\n"
	if got := call(t, env, "run", "aws", "s3", "ls"); got.stdout != "s3 ls\n" {
		t.Errorf("run: %+v", got)
	}
	shell := exec.Command("sh", "-ec", `eval "$("$0" env)"; aws s3 ls`, binary)
	shell.Env = env
	if out, err := shell.Output(); err != nil || string(out) != want {
		t.Errorf("env: %q, %v; want %q", out, err, want)
	}
}

func TestRunIsTheCommand(t *testing.T) {
	s := start(t, t.TempDir())
	env := []string{"CLOUDLESS_DATA=" + s.data}
	notExecutable := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(notExecutable, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		args []string
		want result
	}{
		{"its output", []string{"run", "echo", "--json", "-n"}, result{stdout: "--json -n\n"}},
		{"its exit code", []string{"run", "--", "sh", "-c", "exit 7"}, result{code: 7}},
		{"a command that is not there", []string{"run", "nosuchcommand"},
			result{code: 127, stderr: "cloudless: run: exec: \"nosuchcommand\": executable file not found in $PATH\n"}},
		{"a file that is no command", []string{"run", notExecutable},
			result{code: 126, stderr: "cloudless: run: exec: \"" + notExecutable + "\": permission denied\n"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := call(t, env, tt.args...); got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}

	for _, tt := range []struct {
		name   string
		script string
		sig    syscall.Signal
		code   int // -1: the signal ended it
	}{
		{"SIGTERM that it handles", `trap 'exit 5' TERM; echo ready; read line`, syscall.SIGTERM, 5},
		{"SIGINT that it handles", `trap 'exit 6' INT; echo ready; read line`, syscall.SIGINT, 6},
		{"SIGINT that it does not", `echo ready; read line`, syscall.SIGINT, -1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cmd := command(t, env, "run", "sh", "-c", tt.script)
			cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // a terminal would have told the command itself
			stdin, err := cmd.StdinPipe()                        // which stays open
			if err != nil {
				t.Fatal(err)
			}
			defer stdin.Close()
			out, err := cmd.StdoutPipe()
			if err == nil {
				err = cmd.Start()
			}
			if err == nil {
				_, err = io.ReadFull(out, make([]byte, len("ready\n")))
			}
			if err == nil {
				err = cmd.Process.Signal(tt.sig)
			}
			if err != nil {
				t.Fatal(err)
			}
			err = cmd.Wait()
			if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != tt.code {
				t.Errorf("ended with %v, want exit code %d", err, tt.code)
			}
		})
	}
}

func TestStatus(t *testing.T) {
	s := start(t, t.TempDir(), "--account", "123456789012", "--region", "eu-central-1")
	got := call(t, nil, "--data", s.data, "status")
	for _, want := range []string{" at " + s.url + "\n", "account 123456789012, region eu-central-1, process ", "data in " + s.data + "\n", "functions run "} {
		if !strings.Contains(got.stdout, want) {
			t.Errorf("status does not say %q: %+v", want, got)
		}
	}
	var status struct {
		Server client.Server
		Status client.Status
	}
	got = call(t, nil, "--data", s.data, "status", "--json")
	if err := json.Unmarshal([]byte(got.stdout), &status); err != nil || got.code != 0 {
		t.Fatalf("%v: %+v", err, got)
	}
	if status.Server.PID != s.cmd.Process.Pid || status.Status.Status != "ready" || status.Status.Data != s.data {
		t.Errorf("status --json: %+v", status)
	}
}

// What is counted of a deployed API stands in for its metrics in CloudWatch.
func TestStatusTellsOfDeployedAPIs(t *testing.T) {
	s := start(t, t.TempDir())
	c := apigateway.NewFromConfig(servertest.SDK("us-east-1", s.url, client.WellKnownKey.ID, client.WellKnownKey.Secret))
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	a, err := c.CreateRestApi(ctx, &apigateway.CreateRestApiInput{Name: new("shop")})
	must(err)
	_, err = c.PutMethod(ctx, &apigateway.PutMethodInput{RestApiId: a.Id, ResourceId: a.RootResourceId, HttpMethod: new("GET"), AuthorizationType: new("NONE")})
	must(err)
	_, err = c.PutIntegration(ctx, &apigateway.PutIntegrationInput{RestApiId: a.Id, ResourceId: a.RootResourceId, HttpMethod: new("GET"), Type: "MOCK",
		RequestTemplates: map[string]string{"application/json": `{"statusCode": 200}`}})
	must(err)
	_, err = c.PutMethodResponse(ctx, &apigateway.PutMethodResponseInput{RestApiId: a.Id, ResourceId: a.RootResourceId, HttpMethod: new("GET"), StatusCode: new("200")})
	must(err)
	_, err = c.PutIntegrationResponse(ctx, &apigateway.PutIntegrationResponseInput{RestApiId: a.Id, ResourceId: a.RootResourceId, HttpMethod: new("GET"), StatusCode: new("200")})
	must(err)
	_, err = c.CreateDeployment(ctx, &apigateway.CreateDeploymentInput{RestApiId: a.Id, StageName: new("prod")})
	must(err)
	_, err = c.UpdateStage(ctx, &apigateway.UpdateStageInput{RestApiId: a.Id, StageName: new("prod"),
		PatchOperations: []types.PatchOperation{{Op: "replace", Path: new("/*/*/metrics/enabled"), Value: new("true")}}})
	must(err)
	for _, path := range []string{"/prod", "/prod/nosuch"} {
		resp, err := http.Get(s.url + "/_aws/execute-api/" + *a.Id + path)
		must(err)
		must(resp.Body.Close())
	}
	got := call(t, nil, "--data", s.data, "status")
	for _, want := range []string{`(?m)^  shop ` + *a.Id + ` prod +2 calls +1 4XXError +0 5XXError +\d+ ms on average$`, `(?m)^    GET / +1 calls +0 4XXError`} {
		if !regexp.MustCompile(want).MatchString(got.stdout) {
			t.Errorf("status does not say %s: %+v", want, got)
		}
	}
}

func TestWhatTheMachineOffers(t *testing.T) {
	data := filepath.Join(t.TempDir(), "nosuch")
	env := []string{"CLOUDLESS_DATA=" + data, "CLOUDLESS_RUNTIMES=" + t.TempDir()}
	for _, tt := range []struct {
		args string
		text string // in the output for people
	}{
		{"doctor", "namespace"},
		{"runtime list", "nodejs22.x"},
		{"version", "cloudless "},
	} {
		got := call(t, env, strings.Fields(tt.args)...)
		if got.code != 0 || got.stderr != "" || !strings.Contains(got.stdout, tt.text) {
			t.Errorf("%s: %+v", tt.args, got)
		}
		got = call(t, env, append(strings.Fields(tt.args), "--json")...)
		if !json.Valid([]byte(got.stdout)) || got.code != 0 || got.stderr != "" {
			t.Errorf("%s --json: %+v", tt.args, got)
		}
	}
	if _, err := os.Stat(data); err == nil {
		t.Error("the data directory is there now")
	}
	var list []struct {
		Identifier string
		Installed  bool
	}
	got := call(t, env, "runtime", "list", "--json")
	if err := json.Unmarshal([]byte(got.stdout), &list); err != nil {
		t.Fatal(err)
	}
	for _, r := range list {
		if r.Identifier == "nodejs6.10" && r.Installed {
			t.Error("nodejs6.10 is installed in an empty folder")
		}
	}
}

func TestStartTellsProgramsWhereItIs(t *testing.T) {
	cmd := command(t, nil, "start", "--json", "--data", t.TempDir(), "--listen", "127.0.0.1:0")
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	var s client.Server
	if err := json.NewDecoder(out).Decode(&s); err != nil {
		t.Fatal(err)
	}
	if err := isReady(direct, s.URLs[0]); err != nil || s.PID != cmd.Process.Pid {
		t.Errorf("%+v: %v", s, err)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}

func TestCompletion(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		if got := call(t, nil, "completion", shell); got.code != 0 || got.stderr != "" || !strings.Contains(got.stdout, "cloudless") {
			t.Errorf("%s: %d %s", shell, got.code, got.stderr)
		}
	}
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("skipped the script itself: bash is missing")
	}
	check := exec.Command(bash, "-n")
	check.Stdin = strings.NewReader(call(t, nil, "completion", "bash").stdout)
	if out, err := check.CombinedOutput(); err != nil {
		t.Errorf("bash does not take the script: %v\n%s", err, out)
	}
	if got := call(t, nil, "__complete", "st"); !strings.Contains(got.stdout, "start\t") || !strings.Contains(got.stdout, "status\t") {
		t.Errorf("what begins with st: %+v", got)
	}
}
