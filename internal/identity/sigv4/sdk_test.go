package sigv4_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"cloudless/internal/identity/sigv4"
)

// TestVerifiesTheClientsOfAWS lets AWS's own clients sign. The server gives no
// sensible answers, so only what it received counts.
func TestVerifiesTheClientsOfAWS(t *testing.T) {
	content := strings.Repeat("content ", 20_000)
	var verified error // of the last request
	var body string
	srv := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, verified = receive(r)
	}))
	defer srv.Close()

	cfg := aws.Config{Region: "eu-central-1", BaseEndpoint: &srv.URL, HTTPClient: srv.Client(), RetryMaxAttempts: 1,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "ASIAEXAMPLE", SecretAccessKey: "secret", SessionToken: "to/ken+=="}, nil
		})}
	objects := s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle = true })
	presign := s3.NewPresignClient(objects)
	const key = "dir/a b+c&d=e:f~(g)*'!ü//../x.txt"

	for _, tt := range []struct {
		name string
		call func(context.Context) error
		body string // of the request; "" is not looked at
	}{
		{"awsJson", func(ctx context.Context) error {
			_, err := dynamodb.NewFromConfig(cfg).ListTables(ctx, &dynamodb.ListTablesInput{})
			return err
		}, "{}"},
		{"awsQuery", func(ctx context.Context) error {
			_, err := iam.NewFromConfig(cfg).GetUser(ctx, &iam.GetUserInput{UserName: new("alice")})
			return err
		}, "Action=GetUser&UserName=alice&Version=2010-05-08"},
		{"restJson with an ARN in the path", func(ctx context.Context) error {
			_, err := lambda.NewFromConfig(cfg).Invoke(ctx, &lambda.InvokeInput{
				FunctionName: new("arn:aws:lambda:eu-central-1:000000000000:function:f"), Qualifier: new("a b"), Payload: []byte(`{"a":1}`)})
			return err
		}, `{"a":1}`},
		{"restXml with a key of all characters", func(ctx context.Context) error {
			_, err := objects.GetObject(ctx, &s3.GetObjectInput{Bucket: new("bucket"), Key: new(key), Range: new("bytes=0-9")})
			return err
		}, ""},
		{"restXml with a query", func(ctx context.Context) error {
			_, err := objects.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: new("bucket"), Prefix: new("a b+c/ü"), Delimiter: new("/")})
			return err
		}, ""},
		{"upload of bytes", func(ctx context.Context) error {
			_, err := objects.PutObject(ctx, &s3.PutObjectInput{Bucket: new("bucket"), Key: new(key), Body: strings.NewReader(content),
				Metadata: map[string]string{"color": "  dark   red "}})
			return err
		}, content},
		{"upload of a stream", func(ctx context.Context) error {
			_, err := objects.PutObject(ctx, &s3.PutObjectInput{Bucket: new("bucket"), Key: new(key),
				Body: io.MultiReader(strings.NewReader(content)), ContentLength: new(int64(len(content)))})
			return err
		}, content},
		{"presigned download", func(ctx context.Context) error {
			r, err := presign.PresignGetObject(ctx, &s3.GetObjectInput{Bucket: new("bucket"), Key: new(key), ResponseContentType: new("text/x y")})
			if err != nil {
				return err
			}
			return send(srv.Client(), r.Method, r.URL, r.SignedHeader, "")
		}, ""},
		{"presigned upload", func(ctx context.Context) error {
			r, err := presign.PresignPutObject(ctx, &s3.PutObjectInput{Bucket: new("bucket"), Key: new(key), ContentType: new("text/plain")})
			if err != nil {
				return err
			}
			return send(srv.Client(), r.Method, r.URL, r.SignedHeader, "any content")
		}, "any content"},
		{"presigned identity", func(ctx context.Context) error {
			r, err := sts.NewPresignClient(sts.NewFromConfig(cfg)).PresignGetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
			if err != nil {
				return err
			}
			return send(srv.Client(), r.Method, r.URL, r.SignedHeader, "")
		}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			body, verified = "", fmt.Errorf("no request came")
			err := tt.call(t.Context())
			if verified != nil {
				t.Fatalf("server: %v; client: %v", verified, err)
			}
			if tt.body != "" && body != tt.body {
				t.Errorf("server read %d bytes %.80q, want %d", len(body), body, len(tt.body))
			}
		})
	}
}

// receive does what a server does with a request.
func receive(r *http.Request) (string, error) {
	sig, err := sigv4.Parse(r)
	if err != nil {
		return "", fmt.Errorf("Parse: %w", err)
	}
	if sig.SessionToken != "to/ken+==" || sig.Region != "eu-central-1" {
		return "", fmt.Errorf("Parse = %+v", sig)
	}
	var whole []byte
	if sig.Payload.Mode == sigv4.PayloadUndeclared {
		if whole, err = io.ReadAll(r.Body); err != nil {
			return "", err
		}
		r.Body = io.NopCloser(bytes.NewReader(whole))
	}
	v, err := new(sigv4.Verifier).Verify(sig, "secret", whole, time.Now())
	if err != nil {
		return "", fmt.Errorf("Verify: %w", err)
	}
	body := v.Body(r.Body)
	content, err := io.ReadAll(body)
	if err != nil {
		return "", fmt.Errorf("read: %w", err)
	}
	if sig.Payload.Mode == sigv4.PayloadUnsignedTrailer && len(body.Trailer()) == 0 {
		return "", fmt.Errorf("no trailer came")
	}
	return string(content), nil
}

func send(c *http.Client, method, url string, header http.Header, body string) error {
	r, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		return err
	}
	r.Header = header.Clone()
	r.Host = r.URL.Host
	resp, err := c.Do(r)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}
