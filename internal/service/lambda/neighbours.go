package lambda

import (
	"context"
	"errors"
	"io"
	"time"

	"cloudless/internal/api"
)

// Sandboxes runs functions.
type Sandboxes interface {
	// Runtimes lists the identifiers of the runtimes that can run here, or
	// could, once they are prepared.
	Runtimes() []string

	// Prepare makes sure that a function can run, which may mean to fetch its
	// runtime, and does what can be done before its first event. Its error is for
	// the owner of the function to read.
	Prepare(ctx context.Context, e Environment) error

	// Invoke runs one invocation in an environment of its own, a warm one or a
	// new one. What goes wrong inside of the function is part of the Outcome;
	// an error, such as those below, says that the event has not reached it. If
	// ctx ends first, the function goes on, and nobody hears its answer.
	Invoke(ctx context.Context, e Environment, in Invocation) (Outcome, error)

	// Retire ends the environments of that id once they are idle.
	Retire(id string)
}

// Provisioner is what Sandboxes are that can keep environments started. Where
// they cannot, provisioned concurrency is refused.
type Provisioner interface {
	// Provision keeps n environments of e started from now on, for events to
	// come; 0 lets them go. What it returns waits until they have started, or
	// tells why they do not.
	Provision(e Environment, n int) (wait func(context.Context) error)

	// Provisioned returns how many of those environments have started.
	Provisioned(id string) int
}

// Reasons for which Sandboxes have no environment for an event.
var (
	ErrTooManyEnvironments = errors.New("the function has all the environments it may have, and all are at work")
	ErrNoCapacity          = errors.New("there are all the environments that there may be, and all are at work")
)

// Roles hands out the short-lived keys of execution roles.
type Roles interface {
	// Credentials returns keys of the role for a session of that name, with which
	// Lambda itself calls others, or an error if there is no such role or Lambda
	// may not assume it.
	Credentials(ctx context.Context, roleARN, session string) (api.Key, error)

	// FunctionCredentials returns the keys that the function itself calls others
	// with: policies may ask, as lambda:SourceFunctionArn, which function it is.
	FunctionCredentials(ctx context.Context, roleARN, session, functionARN string) (api.Key, error)
}

// Objects reads deployment packages, as the caller, with the caller's rights.
type Objects interface {
	Open(ctx context.Context, call *api.Call, bucket, key, version string) (io.ReadCloser, error)
}

// Principals tells which users and roles there are.
type Principals interface {
	// Exists tells whether there is a user or role of that ARN.
	Exists(ctx context.Context, arn string) (bool, error)
}

// Buckets are where records may go.
type Buckets interface {
	// Check returns an error if there is no such bucket, with the status 404, or
	// if the caller may not look into it.
	Check(ctx context.Context, call *api.Call, bucket string) error

	// Put keeps an object, with the rights of the caller.
	Put(ctx context.Context, call *api.Call, bucket, key string, body []byte) error
}

// Sources tells of the sources of events, which mappings are about.
type Sources interface {
	// Check returns an error if there is no such source for the caller. One
	// that is not an internal failure says that there is none.
	Check(ctx context.Context, call *api.Call, arn string) error
}

// Filters knows the language of filter patterns.
type Filters interface {
	// Check returns an error if the pattern is none.
	Check(pattern string) error
}

// Environment says what a function's environment is made of. Environments of
// the same ID are alike, and one may serve the invocations of another.
type Environment struct {
	ID           string
	FunctionName string
	Version      string
	ARN          string
	Account      string
	Region       string
	Runtime      string
	Handler      string
	RoleARN      string
	MemoryMB     int64
	TmpMB        int64
	Timeout      time.Duration
	Variables    map[string]string
	LogGroup     string

	// LogFormat is "Text" or "JSON"; with the latter come the least levels of what
	// is logged, in AWS's words.
	LogFormat           string
	ApplicationLogLevel string
	SystemLogLevel      string

	// CodeSHA256 names the package; Code opens it, a zip.
	CodeSHA256 string
	Code       func(context.Context) (ZipFile, error)

	// Layers are packages to be merged into /opt, in this order: of two files
	// of one name the later layer's counts.
	Layers []Archive

	// Credentials returns keys of the role.
	Credentials func(context.Context) (api.Key, error)
}

// Archive is a package that can be opened.
type Archive struct {
	SHA256 string // names the package
	Open   func(context.Context) (ZipFile, error)
}

// ZipFile is an open deployment package.
type ZipFile interface {
	io.ReaderAt
	io.Closer
	Size() int64
}

// Invocation is one event for a function.
type Invocation struct {
	RequestID     string
	Payload       []byte
	ClientContext string // JSON, or ""
	ARN           string // as it was invoked, with the qualifier
	TraceID       string // of the trace that it is part of, as in the header X-Amzn-Trace-Id

	// Stream gets the answer of a function that gives it piece by piece, if the
	// caller wants it so; nil otherwise. The payload of the Outcome is empty then.
	Stream Stream

	// Over is called once when the function is at work on it no longer: before
	// Invoke returns, unless that returns because its context ended.
	Over func()
}

// Stream is an answer on its way.
type Stream interface {
	// Begin is called once, before the first Write.
	Begin(contentType string)
	io.Writer
}

// Outcome is what came of an invocation.
type Outcome struct {
	Payload       []byte
	FunctionError string // "Unhandled", or "" if the function answered
	LogTail       []byte // the last 4 KiB of the log
}
