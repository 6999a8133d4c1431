//go:build linux

package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	goruntime "runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// attacks are behaviours, too: of functions that attack each other, and the machine.
var attacks = map[string]func(argument, requestID string) any{
	"offer": func(how, _ string) any {
		d, err := time.ParseDuration(how)
		if err != nil {
			return lookFor(how)
		}
		offered := map[string]string{}
		for _, address := range []string{"tcp 127.0.0.1:8080", "unix @offer"} {
			network, address, _ := strings.Cut(address, " ")
			if _, err := net.Listen(network, address); err != nil {
				return reason(err)
			}
		}
		const key = 0x0ffe
		if id, _, errno := unix.RawSyscall(unix.SYS_SHMGET, key, 4096, 0o1666); errno == 0 {
			offered["segment"] = fmt.Sprintf("%d", id)
		}
		openQueue(unix.O_CREAT | unix.O_RDWR)
		if err := os.WriteFile("/tmp/offer", []byte("secret"), 0o666); err != nil {
			return reason(err)
		}
		for _, what := range []string{"tcp 127.0.0.1:8080", "unix @offer", "file /tmp/offer"} {
			offered[what] = lookFor(what)
		}
		line, _ := json.Marshal(offered)
		fmt.Printf("offers %s\n", line)
		time.Sleep(d)
		return offered
	},
	"look for": func(what, _ string) any { return lookFor(what) },
	"kill all": func(string, string) any {
		err := unix.Kill(-1, unix.SIGKILL)
		for pid := 1; pid < 4000; pid++ {
			if pid != os.Getpid() {
				_ = unix.Kill(pid, unix.SIGKILL)
			}
		}
		return reason(err)
	},
	// Answers for how many seconds it had a processor.
	"burn": func(how, _ string) any {
		d, _ := time.ParseDuration(how)
		end := time.Now().Add(d)
		goruntime.GOMAXPROCS(8)
		used := func() float64 {
			var u unix.Rusage
			_ = unix.Getrusage(unix.RUSAGE_SELF, &u)
			return time.Duration(u.Utime.Nano() + u.Stime.Nano()).Seconds()
		}
		before := used()
		var work sync.WaitGroup
		for range 8 {
			work.Go(func() {
				for n := 0; time.Now().Before(end); n++ {
				}
			})
		}
		work.Wait()
		return used() - before
	},
	// Answers how many megabytes, or thousands of names, fit.
	"hoard in the kernel": func(where, _ string) any {
		if where == "names" {
			n := 0
			for ; ; n++ {
				if err := os.Mkdir(filepath.Join("/tmp", strconv.Itoa(n)), 0o700); err != nil {
					return n / 1000
				}
			}
		}
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return reason(err)
		}
		bytes, piece := 0, make([]byte, 64<<10)
		fill := func(fd int) {
			_ = unix.SetNonblock(fd, true)
			for {
				n, err := unix.Write(fd, piece)
				if err != nil {
					return
				}
				bytes += n
			}
		}
		for range 480 {
			switch where {
			case "tcp":
				c, err := net.Dial("tcp", l.Addr().String())
				if err != nil {
					return bytes >> 20
				}
				other, err := l.Accept()
				if err != nil {
					return bytes >> 20
				}
				defer other.Close()
				f, err := c.(*net.TCPConn).File()
				if err != nil {
					return bytes >> 20
				}
				c.Close()
				fill(int(f.Fd()))
				defer f.Close()
			case "unix":
				pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
				if err != nil {
					return bytes >> 20
				}
				fill(pair[0])
				defer unix.Close(pair[0])
				defer unix.Close(pair[1])
			case "pipes":
				var pair [2]int
				if err := unix.Pipe(pair[:]); err != nil {
					return bytes >> 20
				}
				_, _ = unix.FcntlInt(uintptr(pair[1]), unix.F_SETPIPE_SZ, 1<<20)
				fill(pair[1])
				defer unix.Close(pair[0])
				defer unix.Close(pair[1])
			}
		}
		return bytes >> 20
	},
}

func lookFor(what string) string {
	kind, name, _ := strings.Cut(what, " ")
	found := func(err error) string {
		if err != nil {
			return reason(err)
		}
		return "found"
	}
	switch kind {
	case "tcp", "unix":
		c, err := net.DialTimeout(kind, name, time.Second)
		if err == nil {
			c.Close()
		}
		return found(err)
	case "segment":
		_, _, errno := unix.RawSyscall(unix.SYS_SHMGET, 0x0ffe, 4096, 0)
		return found(errnoOrNil(errno))
	case "queue":
		return found(errnoOrNil(openQueue(unix.O_RDWR)))
	case "file":
		_, err := os.Stat(name)
		return found(err)
	}
	return reason(errors.ErrUnsupported)
}

func openQueue(flags int) syscall.Errno {
	name, _ := unix.BytePtrFromString("offer")
	_, _, errno := unix.RawSyscall6(unix.SYS_MQ_OPEN, uintptr(unsafe.Pointer(name)), uintptr(flags), 0o666, 0, 0, 0)
	return errno
}
