//go:build linux

package inner

import (
	"encoding/json"
	"fmt"

	"golang.org/x/sys/unix"
)

// Server and init talk over a pair of sockets that keep messages apart. Each
// message is one JSON document, with descriptors beside it where it says so.

// File says that a file or directory of the machine appears under another name: a
// driver.File.
type File struct{ Source, Target, Link string }

// StartError says that a program cannot be started: a driver.StartError.
type StartError struct{ Program, Reason string }

// Setup is the first message: what to build. With Inherits comes a descriptor: the
// mount that another environment had at /tmp. Init answers with a [Report], the sockets
// of its ports, in the order of ports, and a copy of the mount of its own /tmp.
type Setup struct {
	Root      string
	Host      string // the host name inside
	Files     []File
	Store     string // or empty
	TmpBytes  int64
	Inherits  bool
	OpenFiles uint64
	Processes uint64
	Rootless  bool
	Memory    int64 // the program's limit in bytes, or 0
	NoWall    bool  // the kernel does not bound its memory, nor what belongs to no process
}

// Order is every later message of the server. With Run come two descriptors:
// where output goes, and where frames go.
type Order struct {
	Run    *Run   `json:",omitempty"`
	Attach []File `json:",omitempty"` // answered by Attached
	Look   bool   `json:",omitempty"` // at the memory, now
	Freeze bool   `json:",omitempty"`
	Thaw   bool   `json:",omitempty"`
	Signal int    `json:",omitempty"` // for the program
	Dial   *Dial  `json:",omitempty"` // answered by Dialed, and a socket
}

type Run struct {
	Args      []string
	Env       []string
	Dir       string
	Companion int // 0 for the program itself
}

// Report is every message of init.
type Report struct {
	Err       string      `json:",omitempty"` // what was asked for could not be done
	Ready     bool        `json:",omitempty"` // the environment is built
	Companion int         `json:",omitempty"` // whom of them Started, NoStart, Err or Ended is about
	Started   bool        `json:",omitempty"` // the program runs
	NoStart   *StartError `json:",omitempty"` // the program cannot be started
	Attached  *Attached   `json:",omitempty"` // what was to be shown is, or cannot be
	Dialed    *Dial       `json:",omitempty"` // what was to be dialled is, or cannot be
	Memory    int64       `json:",omitempty"` // a new peak, in bytes
	Ended     *Verdict    `json:",omitempty"` // the program has ended
	Last      bool        `json:",omitempty"` // and so is init about to
}

// Attached is what became of an order to attach.
type Attached struct{ Err string }

// Dial is a connection to a port inside.
type Dial struct {
	Number int    // of the question
	Port   int    `json:",omitempty"`
	Err    string `json:",omitempty"`
}

// Verdict is how the program ended.
type Verdict struct {
	Code        int
	Signal      int
	OutOfMemory bool
}

// MaxMessage is more than the largest message: a program's variables and
// arguments, and the files of its environment.
const MaxMessage = 192 << 10

// ControlFD is init's end of the pair.
const ControlFD = 3

// Send writes a message and the descriptors that go with it.
func Send(fd int, message any, fds ...int) error {
	data, err := json.Marshal(message)
	if err != nil {
		return err
	}
	if len(data) > MaxMessage {
		return fmt.Errorf("a message of %d bytes is too long", len(data))
	}
	var rights []byte
	if len(fds) > 0 {
		rights = unix.UnixRights(fds...)
	}
	for {
		err := unix.Sendmsg(fd, data, rights, nil, unix.MSG_NOSIGNAL)
		if err != unix.EINTR {
			return err
		}
	}
}

// Receive reads a message into one, and returns the descriptors that came along.
// It returns unix.ECONNRESET when the other side has gone.
func Receive(fd int, buf []byte, message any) (fds []int, err error) {
	oob := make([]byte, unix.CmsgSpace(4*16))
	var n, oobn int
	for {
		n, oobn, _, _, err = unix.Recvmsg(fd, buf, oob, unix.MSG_CMSG_CLOEXEC)
		if err != unix.EINTR {
			break
		}
	}
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, unix.ECONNRESET
	}
	controls, err := unix.ParseSocketControlMessage(oob[:oobn])
	if err != nil {
		return nil, err
	}
	for _, c := range controls {
		more, err := unix.ParseUnixRights(&c)
		if err != nil {
			return nil, err
		}
		fds = append(fds, more...)
	}
	return fds, json.Unmarshal(buf[:n], message)
}
