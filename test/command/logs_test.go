package command

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	lambdatypes "github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"cloudless/internal/client"
	"cloudless/test/servertest"
)

func TestLogs(t *testing.T) {
	s := start(t, t.TempDir())
	env := []string{"CLOUDLESS_DATA=" + s.data}
	got := call(t, env, "logs", "greet")
	want := result{code: 1, stderr: "cloudless: there is no log group /aws/lambda/greet (yet): a function has one once it has run\n"}
	if got != want {
		t.Errorf("before it has run: %+v, want %+v", got, want)
	}

	followed, end := followLog(t, env, "greet")
	write := logWriter(t, s, "/aws/lambda/greet", "stream")
	now := time.Now().UTC()
	stamp := now.Format("2006-01-02T15:04:05.000Z")
	write(now.UnixMilli(), "first\n")
	if line := followed.find(t, "first"); line != stamp+"  first" {
		t.Errorf("followed: %q", line)
	}
	write(now.UnixMilli(), "second\n")
	followed.find(t, "second")
	end()

	got = call(t, env, "logs", "greet")
	if want := stamp + "  first\n" + stamp + "  second\n"; got != (result{stdout: want}) {
		t.Errorf("printed: %+v, want %q", got, want)
	}
	got = call(t, env, "logs", "--json", "/aws/lambda/greet")
	lines := strings.Split(strings.TrimSpace(got.stdout), "\n")
	var event struct{ Message, LogStreamName string }
	if err := json.Unmarshal([]byte(lines[0]), &event); err != nil || len(lines) != 2 || event.Message != "first\n" || event.LogStreamName != "stream" {
		t.Errorf("logs --json: %v: %+v", err, got)
	}
}

// followLog follows a log, until end is called.
func followLog(t *testing.T, env []string, name string) (followed *lines, end func()) {
	t.Helper()
	follow := command(t, env, "logs", "--follow", name)
	var stderr bytes.Buffer
	follow.Stderr = &stderr
	out, err := follow.StdoutPipe()
	if err == nil {
		err = follow.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	followed = readLines(out)
	return followed, func() {
		t.Helper()
		if err := follow.Process.Signal(os.Interrupt); err != nil {
			t.Fatal(err)
		}
		<-followed.done
		if err := follow.Wait(); err != nil {
			t.Errorf("followed until Ctrl-C: %v %s", err, stderr.String())
		}
	}
}

// TestLogsThatCome has events come in another order than they happened: one that is late, as
// those of many environments are, and one that is to happen yet.
func TestLogsThatCome(t *testing.T) {
	s := start(t, t.TempDir())
	followed, end := followLog(t, []string{"CLOUDLESS_DATA=" + s.data}, "greet")
	write := logWriter(t, s, "/aws/lambda/greet", "stream")
	now := time.Now()
	for _, event := range []struct {
		message string
		at      time.Time
	}{
		{"first", now}, {"before that", now.Add(-time.Second)}, {"to come", now.Add(time.Hour)}, {"last", now.Add(time.Millisecond)},
	} {
		write(event.at.UnixMilli(), event.message)
		followed.find(t, event.message)
	}
	end()
}

// TestLogsOfAFunction has functions write elsewhere than by default, into one group, and
// versions of one.
func TestLogsOfAFunction(t *testing.T) {
	s := start(t, t.TempDir())
	env := []string{"CLOUDLESS_DATA=" + s.data}
	cfg := servertest.SDK("us-east-1", s.url, client.WellKnownKey.ID, client.WellKnownKey.Secret)
	functions, roles := lambda.NewFromConfig(cfg), iam.NewFromConfig(cfg)
	role, err := roles.CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: new("worker"), AssumeRolePolicyDocument: new(
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}`)})
	if err != nil {
		t.Fatal(err)
	}
	var code bytes.Buffer
	z := zip.NewWriter(&code)
	if _, err := z.Create("bootstrap"); err != nil || z.Close() != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"greet", "greeter"} {
		_, err := functions.CreateFunction(t.Context(), &lambda.CreateFunctionInput{
			FunctionName: &name, Role: role.Role.Arn, Runtime: "provided.al2023", Handler: new("h"), Publish: true,
			Code: &lambdatypes.FunctionCode{ZipFile: code.Bytes()}, LoggingConfig: &lambdatypes.LoggingConfig{LogGroup: new("/shop/all")},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	_, err = functions.CreateAlias(t.Context(), &lambda.CreateAliasInput{FunctionName: new("greet"), Name: new("live"), FunctionVersion: new("1")})
	if err != nil {
		t.Fatal(err)
	}
	at := time.Now().UnixMilli()
	for _, stream := range []string{"greet[$LATEST]", "greet[1]", "greeter[1]"} {
		logWriter(t, s, "/shop/all", "2026/01/02/"+stream+"ab")(at, stream)
		at++
	}
	for name, want := range map[string]string{
		"greet": "greet[$LATEST] greet[1]", "greeter": "greeter[1]", "greet:1": "greet[1]", "greet:live": "greet[1]", "greet:$LATEST": "greet[$LATEST]",
		"arn:aws:lambda:us-east-1:000000000000:function:greet:live": "greet[1]", "/shop/all": "greet[$LATEST] greet[1] greeter[1]",
	} {
		got := call(t, env, "logs", name)
		var messages []string
		for line := range strings.Lines(got.stdout) {
			messages = append(messages, strings.Fields(line)[1])
		}
		if strings.Join(messages, " ") != want {
			t.Errorf("logs %s: %+v, want %s", name, got, want)
		}
	}
}

// logWriter makes a log group, if it is not there, with a stream, and returns what writes an event to it.
func logWriter(t *testing.T, s *server, group, stream string) func(at int64, message string) {
	t.Helper()
	var announced client.Server
	s.readJSON("server.json", &announced)
	c := client.New(announced, client.WellKnownKey)
	do := func(operation string, in map[string]any) {
		t.Helper()
		in["logGroupName"] = group
		var out map[string]any
		if err := c.CallJSON(t.Context(), "logs", "Logs_20140328."+operation, in, &out); err != nil && !strings.Contains(err.Error(), "ResourceAlreadyExists") {
			t.Fatalf("%s: %v", operation, err)
		}
	}
	do("CreateLogGroup", map[string]any{})
	do("CreateLogStream", map[string]any{"logStreamName": stream})
	return func(at int64, message string) {
		do("PutLogEvents", map[string]any{"logStreamName": stream, "logEvents": []any{map[string]any{"timestamp": at, "message": message}}})
	}
}
