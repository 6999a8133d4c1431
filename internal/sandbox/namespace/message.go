//go:build linux

package namespace

import (
	"encoding/json"
	"fmt"

	"golang.org/x/sys/unix"

	"cloudless/internal/sandbox/driver"
)

// Server and init talk over a pair of sockets that keep messages apart. Each
// message is one JSON document, with descriptors beside it where it says so.

// setup is the first message: what to build. Init answers with a [report] and
// the sockets of its ports, in the order of ports.
type setup struct {
	Root      string
	Host      string // the host name inside
	Files     []driver.File
	Store     string // or empty
	TmpBytes  int64
	OpenFiles uint64
	Processes uint64
	Rootless  bool
	Memory    int64 // the program's limit in bytes, or 0
}

// order is every later message of the server. With Run come two descriptors:
// where output goes, and where frames go.
type order struct {
	Run    *run          `json:",omitempty"`
	Attach []driver.File `json:",omitempty"` // answered by Attached
	Freeze bool          `json:",omitempty"`
	Thaw   bool          `json:",omitempty"`
	Signal int           `json:",omitempty"` // for the program
	Dial   *dial         `json:",omitempty"` // answered by Dialed, and a socket
}

type run struct {
	Args      []string
	Env       []string
	Dir       string
	Companion int // 0 for the program itself
}

// report is every message of init.
type report struct {
	Err       string             `json:",omitempty"` // what was asked for could not be done
	Ready     bool               `json:",omitempty"` // the environment is built
	Companion int                `json:",omitempty"` // whom of them Started, NoStart, Err or Ended is about
	Started   bool               `json:",omitempty"` // the program runs
	NoStart   *driver.StartError `json:",omitempty"` // the program cannot be started
	Attached  *attached          `json:",omitempty"` // what was to be shown is, or cannot be
	Dialed    *dial              `json:",omitempty"` // what was to be dialled is, or cannot be
	Memory    int64              `json:",omitempty"` // a new peak, in bytes
	Ended     *verdict           `json:",omitempty"` // the program has ended
	Last      bool               `json:",omitempty"` // and so is init about to
}

// attached is what became of an order to attach.
type attached struct{ Err string }

// dial is a connection to a port inside.
type dial struct {
	Number int    // of the question
	Port   int    `json:",omitempty"`
	Err    string `json:",omitempty"`
}

// verdict is how the program ended.
type verdict struct {
	Code        int
	Signal      int
	OutOfMemory bool
}

// maxMessage is more than the largest message: a program's variables and
// arguments, and the files of its environment.
const maxMessage = 192 << 10

// controlFD is init's end of the pair.
const controlFD = 3

// send writes a message and the descriptors that go with it.
func send(fd int, message any, fds ...int) error {
	data, err := json.Marshal(message)
	if err != nil {
		return err
	}
	if len(data) > maxMessage {
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

// receive reads a message into one, and returns the descriptors that came along.
// It returns unix.ECONNRESET when the other side has gone.
func receive(fd int, buf []byte, message any) (fds []int, err error) {
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
