// Package crash kills the server under load and looks what is left: all that
// was acknowledged, and a server that still answers.
package crash

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	logstypes "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	ddbtypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"cloudless/internal/client"
)

// cycles is how often the server is killed: a few times in a test run, and as
// often as CLOUDLESS_CRASH_CYCLES says.
func cycles(t *testing.T) int {
	text := os.Getenv("CLOUDLESS_CRASH_CYCLES")
	if text == "" {
		return 5
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("CLOUDLESS_CRASH_CYCLES: %v", err)
	}
	return n
}

func TestCrashLosesNothingAcknowledged(t *testing.T) {
	binary := build(t)
	data := filepath.Join(t.TempDir(), "data")
	acknowledged := &ledger{}
	for cycle := range cycles(t) {
		srv := start(t, binary, data)
		c := connect(srv.server)
		if cycle == 0 {
			prepare(t, c)
		}
		acknowledged.verify(t, c)
		ctx, stop := context.WithCancel(t.Context())
		var writers sync.WaitGroup
		for writer := range 8 {
			writers.Go(func() { acknowledged.write(ctx, c, fmt.Sprintf("%d-%d", cycle, writer)) })
		}
		time.Sleep(time.Duration(150+rand.IntN(350)) * time.Millisecond)
		srv.kill(t)
		stop()
		writers.Wait()
	}
	srv := start(t, binary, data)
	acknowledged.verify(t, connect(srv.server))
	t.Logf("%d items, %d objects, %d events, %d roles", len(acknowledged.items), len(acknowledged.objects), len(acknowledged.events), len(acknowledged.roles))
	if len(acknowledged.items) == 0 {
		t.Error("nothing was written, so nothing was tested")
	}
	srv.kill(t)
}

// build compiles the command.
func build(t *testing.T) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "cloudless")
	out, err := exec.Command("go", "build", "-o", binary, "cloudless/cmd/cloudless").CombinedOutput()
	if err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return binary
}

// server is a running server of the test's own.
type running struct {
	cmd    *exec.Cmd
	server client.Server
	key    client.Key
}

func start(t *testing.T, binary, data string) *running {
	t.Helper()
	_ = os.Remove(filepath.Join(data, "server.json")) // what a killed server has left
	var stderr bytes.Buffer
	cmd := exec.Command(binary, "start", "--data", data, "--listen", "127.0.0.1:0")
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	r := &running{cmd: cmd}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		var err error
		if r.server, r.key, err = client.Find(data); err == nil {
			return r
		}
	}
	t.Fatalf("the server did not start: %s", &stderr)
	return nil
}

func (r *running) kill(t *testing.T) {
	t.Helper()
	if err := r.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = r.cmd.Wait() // it was killed
}

// clients are the SDK's, for one server.
type clients struct {
	dynamodb *dynamodb.Client
	s3       *s3.Client
	logs     *cloudwatchlogs.Client
	iam      *iam.Client
}

func connect(s client.Server) clients {
	cfg := aws.Config{
		Region: s.Region, BaseEndpoint: aws.String(s.URLs[0]),
		Credentials:      credentials.NewStaticCredentialsProvider("test", "test", ""),
		RetryMaxAttempts: 1,
	}
	return clients{
		dynamodb: dynamodb.NewFromConfig(cfg),
		s3:       s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle = true }),
		logs:     cloudwatchlogs.NewFromConfig(cfg),
		iam:      iam.NewFromConfig(cfg),
	}
}

const place = "crash"

// prepare makes what is written into.
func prepare(t *testing.T, c clients) {
	t.Helper()
	ctx := t.Context()
	_, err1 := c.dynamodb.CreateTable(ctx, &dynamodb.CreateTableInput{
		TableName: aws.String(place), BillingMode: ddbtypes.BillingModePayPerRequest,
		AttributeDefinitions: []ddbtypes.AttributeDefinition{{AttributeName: aws.String("pk"), AttributeType: "S"}},
		KeySchema:            []ddbtypes.KeySchemaElement{{AttributeName: aws.String("pk"), KeyType: "HASH"}},
	})
	_, err2 := c.s3.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: aws.String(place)})
	_, err3 := c.logs.CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: aws.String(place)})
	if err := errors.Join(err1, err2, err3); err != nil {
		t.Fatal(err)
	}
}

// ledger is what the server has acknowledged.
type ledger struct {
	mu      sync.Mutex
	items   map[string]string
	objects map[string]string
	events  map[string]bool
	roles   map[string]bool
}

// write writes, one thing after another, until the server is gone.
func (l *ledger) write(ctx context.Context, c clients, prefix string) {
	_, err := c.logs.CreateLogStream(ctx, &cloudwatchlogs.CreateLogStreamInput{LogGroupName: aws.String(place), LogStreamName: aws.String(prefix)})
	for i := 0; err == nil; i++ {
		name := fmt.Sprintf("%s-%d", prefix, i)
		err = l.writeOne(ctx, c, prefix, name, i)
	}
}

func (l *ledger) writeOne(ctx context.Context, c clients, stream, name string, i int) error {
	_, err := c.dynamodb.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String(place), Item: map[string]ddbtypes.AttributeValue{
		"pk": &ddbtypes.AttributeValueMemberS{Value: name}, "v": &ddbtypes.AttributeValueMemberN{Value: strconv.Itoa(i)},
	}})
	if err != nil {
		return err
	}
	l.note(func() { l.items = put(l.items, name, strconv.Itoa(i)) })
	if i%8 != 0 {
		return nil
	}
	if _, err = c.s3.PutObject(ctx, &s3.PutObjectInput{Bucket: aws.String(place), Key: aws.String(name), Body: bytes.NewReader([]byte(name))}); err != nil {
		return err
	}
	l.note(func() { l.objects = put(l.objects, name, name) })
	_, err = c.logs.PutLogEvents(ctx, &cloudwatchlogs.PutLogEventsInput{LogGroupName: aws.String(place), LogStreamName: aws.String(stream),
		LogEvents: []logstypes.InputLogEvent{{Message: aws.String(name), Timestamp: aws.Int64(time.Now().UnixMilli())}}})
	if err != nil {
		return err
	}
	l.note(func() { l.events = put(l.events, name, true) })
	_, err = c.iam.CreateRole(ctx, &iam.CreateRoleInput{RoleName: aws.String(name), AssumeRolePolicyDocument: aws.String(
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}`)})
	if err != nil {
		return err
	}
	l.note(func() { l.roles = put(l.roles, name, true) })
	return nil
}

func (l *ledger) note(f func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f()
}

func put[V any](m map[string]V, k string, v V) map[string]V {
	if m == nil {
		m = map[string]V{}
	}
	m[k] = v
	return m
}

// verify reads everything back.
func (l *ledger) verify(t *testing.T, c clients) {
	t.Helper()
	items := map[string]string{}
	pages := dynamodb.NewScanPaginator(c.dynamodb, &dynamodb.ScanInput{TableName: aws.String(place), ConsistentRead: aws.Bool(true)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, item := range page.Items {
			items[item["pk"].(*ddbtypes.AttributeValueMemberS).Value] = item["v"].(*ddbtypes.AttributeValueMemberN).Value
		}
	}
	compare(t, "item", l.items, items)
	for name, want := range l.objects {
		out, err := c.s3.GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String(place), Key: aws.String(name)})
		if err != nil {
			t.Fatalf("object %s: %v", name, err)
		}
		got, err := io.ReadAll(out.Body)
		_ = out.Body.Close()
		if err != nil || string(got) != want {
			t.Fatalf("object %s = %q, %v", name, got, err)
		}
	}
	compare(t, "event", l.events, l.readEvents(t, c))
	roles := map[string]bool{}
	list := iam.NewListRolesPaginator(c.iam, &iam.ListRolesInput{})
	for list.HasMorePages() {
		page, err := list.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range page.Roles {
			roles[*r.RoleName] = true
		}
	}
	compare(t, "role", l.roles, roles)
}

func (l *ledger) readEvents(t *testing.T, c clients) map[string]bool {
	t.Helper()
	events := map[string]bool{}
	pages := cloudwatchlogs.NewFilterLogEventsPaginator(c.logs, &cloudwatchlogs.FilterLogEventsInput{LogGroupName: aws.String(place)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range page.Events {
			events[*e.Message] = true
		}
	}
	return events
}

// compare wants all that was acknowledged. What was under way when the server
// died may be there or not.
func compare[V comparable](t *testing.T, what string, acknowledged, found map[string]V) {
	t.Helper()
	missing := 0
	for name, want := range maps.All(acknowledged) {
		if got, ok := found[name]; !ok || got != want {
			missing++
			t.Errorf("%s %s = %v, %v; acknowledged was %v", what, name, got, ok, want)
		}
		if missing > 10 {
			t.Fatalf("more than ten of %d %ss are missing", len(acknowledged), what)
		}
	}
}
