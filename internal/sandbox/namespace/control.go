//go:build linux

package namespace

import (
	"errors"
	"fmt"
	"net"
	"os"

	"golang.org/x/sys/unix"

	"cloudless/internal/sandbox/driver"
	"cloudless/internal/sandbox/namespace/inner"
)

// tell sends init a message.
func (e *Environment) tell(message any, files ...*os.File) error {
	e.sendMu.Lock()
	defer e.sendMu.Unlock()
	conn, err := e.control.SyscallConn()
	if err != nil {
		return err
	}
	fds := make([]int, len(files))
	for i, f := range files {
		fds[i] = int(f.Fd())
	}
	var sendErr error
	err = conn.Write(func(fd uintptr) bool {
		sendErr = inner.Send(int(fd), message, fds...)
		return sendErr != unix.EAGAIN
	})
	return errors.Join(err, sendErr)
}

// hear waits for a message of init.
func (e *Environment) hear(buf []byte) (r inner.Report, fds []int, err error) {
	conn, err := e.control.SyscallConn()
	if err != nil {
		return r, nil, err
	}
	var recvErr error
	err = conn.Read(func(fd uintptr) bool {
		fds, recvErr = inner.Receive(int(fd), buf, &r)
		return recvErr != unix.EAGAIN
	})
	if err != nil {
		return r, nil, err
	}
	return r, fds, recvErr
}

// adopt takes over the sockets that init opened inside, and the mount of its /tmp.
func (e *Environment) adopt(fds []int) error {
	files := make([]*os.File, len(fds))
	for i, fd := range fds {
		files[i] = os.NewFile(uintptr(fd), "inner socket")
	}
	defer func() { // the net package works on duplicates
		for _, f := range files {
			f.Close()
		}
	}()
	if len(files) != len(inner.Ports)+1 {
		return fmt.Errorf("init handed out %d descriptors instead of %d", len(files), len(inner.Ports)+1)
	}
	e.left.tmp, files = files[len(inner.Ports)], files[:len(inner.Ports)]
	for i, p := range inner.Ports {
		if p.Packets {
			pc, err := net.FilePacketConn(files[i])
			if err != nil {
				return err
			}
			e.packets[driver.Port(p.Name)] = pc
			continue
		}
		l, err := net.FileListener(files[i])
		if err != nil {
			return err
		}
		e.listeners[driver.Port(p.Name)] = l
	}
	return nil
}

// shown says in init's terms what is to be shown.
func shown(files []driver.File) (all []inner.File) {
	for _, f := range files {
		all = append(all, inner.File(f))
	}
	return all
}
