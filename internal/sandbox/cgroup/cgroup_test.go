//go:build linux

package cgroup

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/sys/unix"

	"cloudless/internal/sandbox/driver"
)

func TestResourcesAreSaidInTheKernelsTerms(t *testing.T) {
	r := resources(driver.Limits{MemoryBytes: 128 << 20, TmpBytes: 512 << 20, CPUShare: 500, CPUMax: 1500, CPUStart: 2000, Processes: 7})
	if *r.Memory.Limit != 128<<20+512<<20+initBytes || *r.Memory.Swap != *r.Memory.Limit || *r.Pids.Limit != 7+initThreads || *r.CPU.Shares != 512 || *r.CPU.Quota != 30_000 || *r.CPU.Period != 20_000 {
		t.Errorf("resources = %+v %+v %+v", *r.Memory.Limit, *r.Pids.Limit, *r.CPU.Quota)
	}
	if r := resources(driver.Limits{}); r.Memory.Limit != nil || r.Pids.Limit != nil || r.CPU.Shares != nil || r.CPU.Quota != nil {
		t.Error("limits of zero limit something")
	}
}

func TestCommandsStartInTheirGroup(t *testing.T) {
	groups := map[string]func(t *testing.T) (limiter, string){
		"v1": func(t *testing.T) (limiter, string) {
			all, err := Open()
			if err != nil || all.Version() != "v1" {
				t.Skip("SKIPPED: this user may make no groups of version 1")
			}
			t.Cleanup(func() { _ = all.Close() }) // what is left is swept
			g, err := all.create("test", resources(driver.Limits{Processes: 100, MemoryBytes: 1 << 30, CPUShare: 500}))
			if err != nil {
				t.Fatal(err)
			}
			return g, "/test"
		},
		"v2": func(t *testing.T) (limiter, string) {
			for _, mount := range []string{mountV2, filepath.Join(mountV2, "unified")} {
				dir := filepath.Join(mount, newName())
				if err := os.Mkdir(dir, 0o755); err != nil {
					continue
				}
				if _, err := os.Stat(filepath.Join(dir, "cgroup.freeze")); err == nil {
					return directory{groupV2{dir: dir}}, "/" + filepath.Base(dir)
				}
				_ = os.Remove(dir) // of version 1
			}
			t.Skip("SKIPPED: this user may make no groups of version 2")
			return nil, ""
		},
	}
	for name, make := range groups {
		t.Run(name, func(t *testing.T) {
			g, suffix := make(t)
			c := exec.Command("sleep", "1000")
			err := g.start(c)
			if err != nil {
				t.Fatal(err)
			}
			text, err := os.ReadFile(fmt.Sprintf("/proc/%d/cgroup", c.Process.Pid))
			_ = c.Process.Kill()
			_ = c.Wait() // ended by that
			if n := strings.Count(string(text), suffix+"\n"); err != nil || name == "v1" && n < 1 || name == "v2" && n != 1 {
				t.Errorf("the command is in %s, %v; want %s", text, err, suffix)
			}
			if err := g.remove(); err != nil {
				t.Errorf("remove = %v", err)
			}
		})
	}
}

// TestTheFirstThreadStaysInItsGroup asks for threads from the first one too: its group is
// what others believe to be ours.
func TestTheFirstThreadStaysInItsGroup(t *testing.T) {
	var group sync.WaitGroup
	for range 100 {
		group.Go(func() {
			err := onThread(func() (bool, error) {
				if unix.Gettid() == os.Getpid() {
					t.Error("on the first thread")
				}
				return true, nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
}

// directory is a group that nobody but the test has made.
type directory struct{ groupV2 }

func (d directory) remove() error { return os.Remove(d.dir) }

func TestSweepRemovesWhatNobodyClaims(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{groupPrefix + "1-abandoned/x", groupPrefix + "2", "other", groupPrefix + "server"} {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	// The number of a process that is not there, as one of another process
	// namespace seems to be.
	ours := groupPrefix + "1073741824-ours"
	held, err := claim(filepath.Join(dir, ours))
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	sweep(dir)
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var left []string
	for _, e := range entries {
		left = append(left, e.Name())
	}
	if want := []string{ours, groupPrefix + "server", "other"}; !slices.Equal(left, want) {
		t.Errorf("left are %v, want %v", left, want)
	}
}

func TestAGroupThatIsSweptWhileItIsMadeIsMadeAgain(t *testing.T) {
	dir := t.TempDir()
	ctx, stop := context.WithCancel(t.Context())
	var sweeping sync.WaitGroup
	sweeping.Go(func() {
		for ctx.Err() == nil {
			sweep(dir)
		}
	})
	for i := range 50 {
		name := filepath.Join(dir, fmt.Sprintf("%s%d", groupPrefix, i))
		held, err := claim(name)
		if err != nil {
			t.Fatal(err)
		}
		defer held.Close()
		if _, err := os.Stat(name); err != nil {
			t.Errorf("claimed, and gone: %v", err)
		}
	}
	stop()
	sweeping.Wait()
}
