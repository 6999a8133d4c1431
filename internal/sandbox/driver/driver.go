// Package driver is what package sandbox asks of whatever runs its processes.
//
// A [Driver] prepares environments: places that have files and sockets of their
// own. An [Environment] runs one program, and is the same from its preparation to
// its end; what it was given once is never given to another.
//
// Preparing and running are two steps so that an environment can be made before
// it is known what will run in it, and so that what runs can be told where the
// driver has put its files and sockets.
//
// The package knows nothing of functions or runtimes.
package driver

import (
	"context"
	"net"
	"os"
	"os/exec"
	"syscall"
)

// Driver makes environments.
type Driver interface {
	// Name says which driver this is, for people.
	Name() string
	// Isolated reports whether environments are closed: they see only what they
	// were given, and reach only the sockets of their own environment.
	Isolated() bool
	// Prepare makes an environment. Its processes end when the environment is
	// killed, and at the latest when this process ends.
	Prepare(ctx context.Context, l Layout) (Environment, error)
	// Close gives back what the driver holds. Its environments have ended.
	Close() error
}

// Layout is what an environment consists of.
type Layout struct {
	// ID is unique among the environments of this machine; letters, digits and
	// dashes.
	ID     string
	Files  []File
	Limits Limits
	// Store is a directory of the host from which an [Attacher] shows more later.
	// The environment's processes never see it, and until then they work when nobody
	// else wants to, where that can be had. Empty: nothing comes later.
	Store string
	// Remains of another environment that has ended, of the same driver and with the same
	// limits: this one takes its place. They are used up, also by a Prepare that fails. Nil:
	// it begins anew.
	Remains Remains
}

// Remains are what an environment leaves behind: the files in its /tmp, and what counts
// and limits them.
type Remains interface {
	// Drop gives them up.
	Drop()
}

// File says that a file or directory of the host appears in the environment
// under another name, for reading.
type File struct {
	Source, Target string
	// Link, instead of Source, makes Target a symbolic link to another name of
	// the environment, which need not be there. Drivers without isolation have none.
	Link string
}

// Limits bound what an environment may use. Zero is no limit.
type Limits struct {
	MemoryBytes int64
	TmpBytes    int64 // of files in /tmp
	CPUShare    int64 // thousandths of a core that are its due when all want to work
	CPUMax      int64 // thousandths of a core that it never exceeds
	CPUStart    int64 // thousandths of a core that it may use instead until a [Settler] is told; 0: CPUMax
	Processes   int64 // and threads
	OpenFiles   uint64
}

// Port is a socket on which the environment's processes can reach its owner.
type Port string

// The ports. Drivers without isolation have the first three only, and HTTPS on
// whatever port is free.
const (
	RuntimeAPI Port = "runtime"  // the Runtime API over TCP
	Endpoint   Port = "endpoint" // HTTP, for clients that can be told an endpoint
	HTTPS      Port = "https"    // port 443
	RuntimeUX  Port = "unix"     // the Runtime API over a unix socket
	HTTP       Port = "http"     // port 80
	DNSStream  Port = "dns-tcp"  // port 53
	DNSPacket  Port = "dns-udp"  // port 53
)

// Command is the program that an environment runs.
type Command struct {
	Args   []string // Args[0] is the path of the program
	Env    []string // name=value, all of it
	Dir    string
	Output *os.File // its standard output and error; the caller closes it
	Frames *os.File // its descriptor 3; the caller closes it
}

// Environment is one closed place with at most one program in it. Its methods
// may be called from several goroutines at once.
type Environment interface {
	// Path tells where processes of the environment find what [Layout] named, or
	// a directory that every environment has: /tmp.
	Path(target string) string
	// Address is where processes reach a port: host:port, or a path. It is empty
	// if the environment does not have the port.
	Address(p Port) string
	// Listener returns the socket of a stream port, or nil.
	Listener(p Port) net.Listener
	// PacketConn returns the socket of a datagram port, or nil.
	PacketConn(p Port) net.PacketConn

	// Run starts the program. It may be called once. A program that is not there,
	// or is none, is a [StartError].
	Run(ctx context.Context, c Command) error
	// Freeze stops all processes where they are; Thaw lets them go on.
	Freeze() error
	Thaw() error
	// MemoryBytes is the most memory that the processes were seen to use.
	MemoryBytes() int64
	// PID is the process by which the host knows the environment.
	PID() int

	// Done is closed when nothing of the environment is left.
	Done() <-chan struct{}
	// Exit tells how the program ended. It waits for Done.
	Exit() Exit
	// Keep has the environment leave remains, which can be used once it is Done. Not
	// after Kill; nil if it has nothing to leave.
	Keep() Remains
	// Kill ends everything in the environment at once, waits for Done, and gives up what
	// is not kept. Whoever prepared it calls it, also if it has ended by itself.
	Kill()
}

// Attacher is an environment that can be given more files while its program
// runs.
type Attacher interface {
	// Attach shows directories of the layout's Store, whose sources are relative
	// to it, on /var/task, /opt or another empty directory. It can be called once:
	// the store is out of reach afterwards, for the driver too.
	Attach(ctx context.Context, files []File) error
}

// Settler is an environment that may use more of the processors while its program
// starts.
type Settler interface {
	// Settle says that it has started. It may have ended since.
	Settle()
}

// Dialer is an environment into which connections can be made.
type Dialer interface {
	// Dial connects to a port on which a process of the environment listens. That
	// nobody does may show with the first write.
	Dial(ctx context.Context, port int) (net.Conn, error)
}

// Companions is an environment that can run more programs than one.
type Companions interface {
	// Start starts a program beside the one of Run, before it or after it. ended
	// is called when that program has ended; never, if all ends with it.
	Start(ctx context.Context, c Command, ended func(Exit)) error
	// Signal sends a signal to the program of Run, if it runs.
	Signal(s syscall.Signal) error
	// Ended is closed when the program of Run has ended. With companions, these
	// live on until Kill.
	Ended() <-chan struct{}
}

// Groups limits the processes of environments together, by the kernel's own means.
type Groups interface {
	// Start starts a command in a new group with limits, which hold from its first
	// moment and for all that it starts.
	Start(name string, l Limits, c *exec.Cmd) (Group, error)
	// Controllers tells which limits the kernel enforces: some of "memory", "pids", "cpu".
	Controllers() []string
	// Close gives back what holds the groups. They have been removed.
	Close() error
}

// Group is the processes of one environment.
type Group interface {
	// Start starts a command in the group, whose processes have ended. Its limits hold on.
	Start(c *exec.Cmd) error
	// SetCPU changes the limits of the processors: CPUShare and CPUMax.
	SetCPU(l Limits) error
	// OutOfMemory reports whether the kernel ended one for want of memory, since the last
	// Start.
	OutOfMemory() bool
	// Remove removes the group once its processes have ended.
	Remove()
}

// Exit is how a program ended.
type Exit struct {
	Code        int            // its exit status, if it ended by itself
	Signal      syscall.Signal // the signal that ended it, or 0
	OutOfMemory bool           // it was ended because it used too much memory
	Err         error          // the environment broke: neither of the above is known
}

// StartError says that a program cannot be started: that it is not there, or is
// no program.
type StartError struct {
	Program string
	Reason  string
}

// Error says it in the words that Go has for it, and Lambda with it.
func (e *StartError) Error() string { return "fork/exec " + e.Program + ": " + e.Reason }
