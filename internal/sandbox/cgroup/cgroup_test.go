//go:build linux

package cgroup

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

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
