package crash

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"cloudless/internal/client"
)

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

// running is a server of the test's own.
type running struct {
	cmd    *exec.Cmd
	server client.Server
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
		if r.server, _, err = client.Find(data); err == nil {
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
	url        string
	dynamodb   *dynamodb.Client
	s3         *s3.Client
	logs       *cloudwatchlogs.Client
	iam        *iam.Client
	lambda     *lambda.Client
	apigateway *apigateway.Client
}

func connect(s client.Server) clients {
	cfg := aws.Config{
		Region: s.Region, BaseEndpoint: aws.String(s.URLs[0]),
		Credentials:      credentials.NewStaticCredentialsProvider("test", "test", ""),
		HTTPClient:       &http.Client{Transport: plainBodies{http.DefaultTransport.(*http.Transport).Clone()}},
		RetryMaxAttempts: 1, // nothing is to be written twice
	}
	return clients{
		url:        s.URLs[0],
		dynamodb:   dynamodb.NewFromConfig(cfg),
		s3:         s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle = true }),
		logs:       cloudwatchlogs.NewFromConfig(cfg),
		iam:        iam.NewFromConfig(cfg),
		lambda:     lambda.NewFromConfig(cfg),
		apigateway: apigateway.NewFromConfig(cfg),
	}
}

// plainBodies sends the SDK's requests without the WriteTo of their bodies.
//
// The SDK closes the body of a request as soon as the answer begins, and from
// then on its WriteTo (smithy-go v1.28.8, transport/http/internal/io) fails
// with io.EOF. net/http asks the body once more after its last byte, and takes
// that failure for one of the connection, which it closes while the answer is
// being read: "use of closed network connection". It happens where a server
// answers before the client's own goroutine has run again.
type plainBodies struct{ http.RoundTripper }

func (p plainBodies) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil && r.Body != http.NoBody {
		plain := *r
		plain.Body = struct{ io.ReadCloser }{r.Body}
		r = &plain
	}
	return p.RoundTripper.RoundTrip(r)
}
