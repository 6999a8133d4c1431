// Package sandbox runs functions: it makes environments for them, gives events to
// these one at a time, and takes them away when they are no longer needed.
//
// A [Manager] is asked to invoke a [Function]; it finds an environment that waits
// with the function loaded, or makes one, and returns what the function answered
// in the words that Lambda has for it:
//
//   - manager.go: invoking, retiring, closing;
//   - install.go: what is done before a function's first event;
//   - pool.go, status.go: which environments there are;
//   - turn.go, idle_*.go: whose turn it is to start, and how busy the machine is;
//   - environment.go, launch.go, wrapper.go: one environment, and how it starts;
//   - rest.go, linger.go: what becomes of it between events, and its end;
//   - provision.go: environments that are kept started;
//   - reset.go: what one that failed leaves to the one after it;
//   - spare.go, adopt.go, practice.go: environments that wait for a function to come;
//   - compile.go: what a runtime makes of the SDK's code, once;
//   - invoke.go: one event in one environment;
//   - extension.go: the programs that run beside a function, and their last word;
//   - platform.go, telemetry.go, subscriber.go: what Lambda itself says of an
//     environment, and the extensions that subscribe to it;
//   - stream.go: an answer that is passed on while it is made;
//   - serve.go, descriptors.go: what answers on an environment's sockets, and how many may ask;
//   - variables.go, trust.go: the variables that a function finds, and the
//     certificates;
//   - failure.go, report.go: errors, and lines about an invocation, as Lambda
//     words them;
//   - output.go, pipe.go, frames.go, loglevel.go, logs.go: what a function prints, on its way to its log;
//   - code.go, unzip.go, layers.go: packages of code, unpacked once, and how
//     layers become one directory;
//   - machine.go, machine_*.go: the best driver that this machine allows, and facts about it.
//
// How processes are isolated is a [driver.Driver]'s matter, what runs in them is
// package runtime's, how events reach them is package runtimeapi's.
//
// What others lean on: an environment works on one event at a time and never on
// another function's; when it has ended, no process, socket or file of it is left;
// and none outlives this process.
//
// The package knows nothing of accounts, policies or who is calling. It is handed
// credentials, and a handler that answers AWS's APIs, by package app.
package sandbox

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"time"

	"cloudless/internal/clock"
	"cloudless/internal/sandbox/driver"
	"cloudless/internal/sandbox/runtime"
)

// Function is what an environment is made for. Environments are shared among
// invocations whose functions have the same ID and Revision.
type Function struct {
	ID       string // stable: what [Manager.Retire] is told
	Revision string // changes with every change of code or configuration

	Name    string
	Version string // "$LATEST" or a number
	Region  string
	Account string

	Runtime            string // identifier, such as "nodejs6.10"
	Handler            string
	MemoryMB           int
	Timeout            time.Duration
	EphemeralStorageMB int // of /tmp; 0 is 512
	Environment        map[string]string
	LogGroup           string // empty: nothing is logged

	// LogFormat is "JSON" or, by default, "Text". With JSON, the platform's own events
	// are logged as JSON from SystemLogLevel on (DEBUG, INFO, WARN), and what the
	// function prints as JSON from ApplicationLogLevel on (TRACE to FATAL).
	LogFormat           string
	ApplicationLogLevel string
	SystemLogLevel      string

	Code            Code
	Layers          []Code                                     // appear at /opt, merged; of two files of a name, the later layer's
	Credentials     func(context.Context) (Credentials, error) // of the execution role
	MaxEnvironments int                                        // at a time; 0 is no limit but the manager's
}

// Code is a package, a zip file: a function's own, or a layer's.
type Code struct {
	SHA256 string // names the content; in whatever notation, if always the same
	Open   func(context.Context) (Package, error)
}

// Package is an open zip file.
type Package interface {
	io.ReaderAt
	io.Closer
	Size() int64
}

// Credentials are short-lived keys.
type Credentials struct {
	AccessKeyID     string
	SecretAccessKey string
	SessionToken    string
	Expires         time.Time // zero: never
}

// Invocation is one event for a function.
type Invocation struct {
	RequestID          string
	Payload            []byte // JSON
	ClientContext      string // JSON, or empty
	CognitoIdentity    string // JSON, or empty
	InvokedFunctionARN string
	TraceID            string // or empty
	// Stream takes the answer while the function makes it; the Result then has it
	// only if it is an error. A function that answers in one piece is one piece to
	// the stream. Nil: the Result has the answer.
	Stream Stream
	// Over is called once when the event has been answered or never will be, and
	// before Invoke returns, unless that returns because its context ended. Nil:
	// nobody wants to know. It must not wait.
	Over func()

	gate *gate // before Stream, or nil
}

func (inv *Invocation) over() {
	if inv.Over != nil {
		inv.Over()
	}
}

// Stream takes an answer while it is made. It is not called any more once Invoke
// has returned.
type Stream interface {
	// Begin comes first, and once, if the function answers at all.
	Begin(contentType string)
	// Write may wait, and the function waits with it. It has to return when the
	// context given to Invoke ends.
	Write(piece []byte) (int, error)
}

// Result is what became of an event.
type Result struct {
	Payload       []byte
	Streamed      bool   // the stream has the answer, or the part of it that was made
	FunctionError string // "Unhandled", or empty for success
	ErrorType     string // such as "Runtime.ExitError", or empty
	LogTail       []byte // the last 4 KB of the invocation's log lines
	LogStream     string

	Duration     time.Duration
	InitDuration time.Duration // of the environment, if it was made for this event
	BilledMs     int64
	MemoryUsedMB int
}

// Reasons for which an event reaches no function.
var (
	// ErrTooManyEnvironments says that the function has all the environments it
	// may have, and all are at work.
	ErrTooManyEnvironments = errors.New("all environments of the function are at work")
	// ErrNoCapacity says that this manager has all the environments it may have.
	ErrNoCapacity = errors.New("all environments are at work")
	// ErrClosed says that the manager has been closed.
	ErrClosed = errors.New("sandbox manager is closed")
)

// Logs takes what functions print. Append may be slow; nothing waits for it.
type Logs interface {
	// Append adds events to a stream of the function's log group. They are
	// never more than CloudWatch Logs takes at once.
	Append(ctx context.Context, fn *Function, stream string, events []LogEvent) error
}

// LogEvent is one message with its time.
type LogEvent struct {
	Timestamp time.Time
	Message   string
}

// Authority gives out certificates for the names of AWS's endpoints.
type Authority interface {
	GetCertificate(*tls.ClientHelloInfo) (*tls.Certificate, error)
	PEM() []byte // what functions have to trust
}

// Config says how environments are made and kept.
type Config struct {
	// Dir is a directory of the manager's own, for unpacked code. Required.
	Dir string
	// Driver isolates environments; the manager closes it. Default: the best one
	// that this machine allows.
	Driver driver.Driver
	// Runtimes are the runtime packs. Default: those of this user.
	Runtimes *runtime.Packs
	// Front answers AWS's APIs to functions, over HTTP and HTTPS. Required.
	Front http.Handler
	// Authority vouches for Front. Required.
	Authority Authority
	// Logs takes what functions print. Default: nobody.
	Logs Logs
	// Clock is the time. Default: the system's.
	Clock clock.Clock
	// Log is where the manager's own messages go. Default: slog.Default.
	Log *slog.Logger

	// FreezeAfter is how long an environment that has answered may go on before it
	// is frozen. Default: 100 ms.
	FreezeAfter time.Duration
	// IdleTime is how long an environment waits for another event. Default: 5 min.
	IdleTime time.Duration
	// InitTimeout is how long a function may take to load, before it is given a
	// second chance within its own timeout. Default: 10 s, as on Lambda.
	InitTimeout time.Duration
	// MaxSpares is how many environments may wait at a time, with a runtime loaded,
	// for a function that needs one. There are none while nothing is invoked. Those
	// that wait do not count as environments. Default: 3; negative: none.
	MaxSpares int
	// MaxEnvironments is how many there are at a time, if there are descriptors for so
	// many ([Doctor] tells). Default: 1000.
	MaxEnvironments int
	// OpenFiles is how many descriptors this process may have, a part of which is kept from
	// environments and their connections. Default: as many as the system lets it.
	OpenFiles int
	// CodeCacheBytes is how much unpacked code is kept for functions that do not
	// run at the moment. Default: 1 GiB.
	CodeCacheBytes int64
	// StrictCPU holds every function to the processor time that its memory
	// entitles it to, as AWS does: one core at 1,769 MB. Otherwise a function may
	// use a whole core when nobody else wants it, and two until it is loaded.
	StrictCPU bool
}

func (c *Config) setDefaults() error {
	if c.Dir == "" || c.Front == nil || c.Authority == nil {
		return errors.New("sandbox: Dir, Front and Authority are required")
	}
	if c.Clock == nil {
		c.Clock = clock.System{}
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	if c.Runtimes == nil {
		dir, err := runtime.DefaultDir()
		if err != nil {
			return err
		}
		c.Runtimes = runtime.NewPacks(dir)
	}
	setDefault(&c.FreezeAfter, 100*time.Millisecond)
	setDefault(&c.IdleTime, 5*time.Minute)
	setDefault(&c.InitTimeout, 10*time.Second)
	setDefault(&c.MaxSpares, 3)
	setDefault(&c.MaxEnvironments, usualEnvironments)
	setDefault(&c.CodeCacheBytes, 1<<30)
	return nil
}

// usualEnvironments is how many environments there may be at a time: as many as an account
// may have work at once.
const usualEnvironments = 1000

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}
