package app

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"cloudless/internal/api"
	streamsapi "cloudless/internal/api/dynamodbstreams"
	iamapi "cloudless/internal/api/iam"
	s3api "cloudless/internal/api/s3"
	"cloudless/internal/awserr"
	"cloudless/internal/event/pattern"
	"cloudless/internal/sandbox"
	"cloudless/internal/sandbox/runtime"
	"cloudless/internal/service/lambda"
	"cloudless/internal/service/sts"
)

// functions is the sandbox manager as Lambda sees it.
type functions struct{ manager *sandbox.Manager }

// Runtimes implements lambda.Sandboxes.
func (f functions) Runtimes() []string {
	var identifiers []string
	for _, r := range runtime.All() {
		identifiers = append(identifiers, r.Identifier)
	}
	return identifiers
}

// Prepare implements lambda.Sandboxes.
func (f functions) Prepare(ctx context.Context, e lambda.Environment) error {
	return f.manager.Prepare(ctx, function(e))
}

// Retire implements lambda.Sandboxes.
func (f functions) Retire(id string) { f.manager.Retire(id) }

// Provision implements lambda.Provisioner.
func (f functions) Provision(e lambda.Environment, n int) (wait func(context.Context) error) {
	return f.manager.Provision(function(e), n)
}

// Provisioned implements lambda.Provisioner.
func (f functions) Provisioned(id string) int { return f.manager.Provisioned(id) }

// Invoke implements lambda.Sandboxes.
func (f functions) Invoke(ctx context.Context, e lambda.Environment, in lambda.Invocation) (lambda.Outcome, error) {
	result, err := f.manager.Invoke(ctx, function(e), sandbox.Invocation{
		RequestID: in.RequestID, Payload: in.Payload, ClientContext: in.ClientContext, InvokedFunctionARN: in.ARN, TraceID: in.TraceID, Stream: in.Stream, Over: in.Over,
	})
	switch {
	case errors.Is(err, sandbox.ErrTooManyEnvironments):
		return lambda.Outcome{}, lambda.ErrTooManyEnvironments
	case errors.Is(err, sandbox.ErrNoCapacity):
		return lambda.Outcome{}, lambda.ErrNoCapacity
	case err != nil:
		return lambda.Outcome{}, err
	}
	return lambda.Outcome{Payload: result.Payload, FunctionError: result.FunctionError, LogTail: result.LogTail}, nil
}

func archive(a lambda.Archive) sandbox.Code {
	return sandbox.Code{SHA256: a.SHA256, Open: func(ctx context.Context) (sandbox.Package, error) { return a.Open(ctx) }}
}

func function(e lambda.Environment) sandbox.Function {
	var layers []sandbox.Code
	for _, l := range e.Layers {
		layers = append(layers, archive(l))
	}
	return sandbox.Function{
		ID: e.ID, Revision: e.ID, Name: e.FunctionName, Version: e.Version, Region: e.Region, Account: e.Account,
		Runtime: e.Runtime, Handler: e.Handler, MemoryMB: int(e.MemoryMB), Timeout: e.Timeout,
		EphemeralStorageMB: int(e.TmpMB), Environment: e.Variables, LogGroup: e.LogGroup,
		LogFormat: e.LogFormat, ApplicationLogLevel: e.ApplicationLogLevel, SystemLogLevel: e.SystemLogLevel,
		Code:   archive(lambda.Archive{SHA256: e.CodeSHA256, Open: e.Code}),
		Layers: layers,
		Credentials: func(ctx context.Context) (sandbox.Credentials, error) {
			key, err := e.Credentials(ctx)
			return sandbox.Credentials{AccessKeyID: key.ID, SecretAccessKey: key.Secret, SessionToken: key.SessionToken, Expires: key.Expires}, err
		},
	}
}

// roleSession is how long the keys of an execution role hold.
const roleSession = time.Hour

// roles is STS as Lambda sees it.
type roles struct{ sts *sts.Service }

// Credentials implements lambda.Roles.
func (r roles) Credentials(ctx context.Context, roleARN, session string) (api.Key, error) {
	return r.sts.SessionFor(ctx, "lambda.amazonaws.com", roleARN, session, roleSession)
}

// FunctionCredentials implements lambda.Roles.
func (r roles) FunctionCredentials(ctx context.Context, roleARN, session, functionARN string) (api.Key, error) {
	return r.sts.SessionForFunction(ctx, functionARN, roleARN, session, roleSession)
}

// objects is S3 as Lambda and API Gateway see it: its operation table, called as
// the caller.
type objects struct{ s3 *api.Service }

// Open implements lambda.Objects and apigateway.Objects.
func (o objects) Open(ctx context.Context, call *api.Call, bucket, key, version string) (io.ReadCloser, error) {
	in := &s3api.GetObjectRequest{Bucket: bucket, Key: key}
	if version != "" {
		in.VersionId = &version
	}
	out, err := o.s3.Operations["GetObject"].Do(ctx, call, in)
	if err != nil {
		return nil, err
	}
	return out.(*s3api.GetObjectOutput).Body, nil
}

// buckets is S3 as Lambda sees it where it brings records: its operation table,
// called as the role of the function that they are about.
type buckets struct{ s3 *api.Service }

// Check implements lambda.Buckets.
func (b buckets) Check(ctx context.Context, call *api.Call, bucket string) error {
	_, err := b.s3.Operations["HeadBucket"].Do(ctx, call, &s3api.HeadBucketRequest{Bucket: bucket})
	return err
}

// Put implements lambda.Buckets.
func (b buckets) Put(ctx context.Context, call *api.Call, bucket, key string, body []byte) error {
	_, err := b.s3.Operations["PutObject"].Do(ctx, call, &s3api.PutObjectRequest{
		Bucket: bucket, Key: key, Body: io.NopCloser(bytes.NewReader(body)), ContentLength: new(int64(len(body))),
	})
	return err
}

// principals is IAM as Lambda sees it: who there is, as the account itself sees it.
type principals struct{ iam *api.Service }

// Exists implements lambda.Principals.
func (p principals) Exists(ctx context.Context, arn string) (bool, error) {
	parts := strings.SplitN(arn, ":", 6) // arn:aws:iam::111111111111:user/path/name
	if len(parts) < 6 {
		return false, nil
	}
	kind, _, _ := strings.Cut(parts[5], "/")
	name := parts[5][strings.LastIndex(parts[5], "/")+1:]
	call := &api.Call{Account: parts[4], Principal: api.Root(parts[4]), Service: "lambda.amazonaws.com", Secure: true}
	found, err := p.arnOf(ctx, call, kind, name)
	if err != nil && awserr.From(err).Status < 500 {
		return false, nil // no such one, or no name of one
	}
	return found == arn, err
}

// arnOf returns the ARN of a role, or else of a user, of the caller's account.
func (p principals) arnOf(ctx context.Context, call *api.Call, kind, name string) (string, error) {
	if kind == "role" {
		out, err := p.iam.Operations["GetRole"].Do(ctx, call, &iamapi.GetRoleRequest{RoleName: name})
		if err != nil {
			return "", err
		}
		return out.(*iamapi.GetRoleResponse).Role.Arn, nil
	}
	out, err := p.iam.Operations["GetUser"].Do(ctx, call, &iamapi.GetUserRequest{UserName: &name})
	if err != nil {
		return "", err
	}
	return out.(*iamapi.GetUserResponse).User.Arn, nil
}

// streams is DynamoDB Streams as Lambda sees it: its operation table, called
// as the role of the function that is to have the records.
type streams struct{ dynamodbstreams *api.Service }

// Check implements lambda.Sources.
func (s streams) Check(ctx context.Context, call *api.Call, arn string) error {
	_, err := s.dynamodbstreams.Operations["DescribeStream"].Do(ctx, call, &streamsapi.DescribeStreamInput{StreamArn: arn})
	return err
}

// patterns is the language of event patterns as Lambda sees it.
type patterns struct{}

// Check implements lambda.Filters.
func (patterns) Check(text string) error {
	_, err := pattern.Parse(text)
	return err
}

// later is the front door for functions, which is built after them.
type later struct {
	built chan struct{} // closed when door is set
	door  http.Handler
}

// ServeHTTP implements http.Handler.
func (f *later) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	select {
	case <-f.built: // functions may start before everything is
		f.door.ServeHTTP(w, r)
	case <-r.Context().Done():
	}
}

// functionURLs is Lambda as the front door sees it.
type functionURLs struct{ *lambda.Service }

// URLID implements front.FunctionURLs.
func (functionURLs) URLID(host string) (id string, ok bool) { return lambda.URLID(host) }

// ServeURL implements front.FunctionURLs.
func (f functionURLs) ServeURL(w http.ResponseWriter, r *http.Request, call *api.Call, id string, signer func(body []byte) (api.Principal, error)) {
	f.Service.ServeURL(w, r, call, id, signer)
}
