//go:build linux

package sandbox

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"cloudless/internal/sandbox/runtime"
)

// TestFunctionsCannotTakeTheServersDescriptors has functions that open as many connections as
// they can, on every port, and hold them.
func TestFunctionsCannotTakeTheServersDescriptors(t *testing.T) {
	const limit, hostile = 600, 4
	b := newIsolatedBench(t, func(c *Config) { c.OpenFiles = limit })
	own := openFiles(t)
	var work sync.WaitGroup
	for i := range hostile {
		fn := behaviour("take connections")
		fn.ID = fmt.Sprint("hostile ", i)
		fn.Timeout = 10 * time.Second
		work.Go(func() { b.invoke(fn, `"3s"`) })
	}
	await(t, "they hold what they can", func() bool { return strings.Count(b.logs.text(), "held\n") == hostile })
	if taken := openFiles(t) - own; taken > limit-limit/ownShare {
		t.Errorf("functions took %d descriptors of %d", taken, limit)
	} else {
		t.Logf("functions took %d descriptors of %d", taken, limit)
	}
	for range 2 {
		if got := b.do("get", "https://sts.eu-central-1.amazonaws.com/"); got != `"200 {}"` {
			t.Errorf("a neighbour gets %s", got)
		}
	}
	work.Wait()
	for i := range hostile {
		b.Retire(fmt.Sprint("hostile ", i))
	}
	b.Retire("get")
	await(t, "all is given back", func() bool {
		open := b.servers.open
		open.mu.Lock()
		defer open.mu.Unlock()
		return open.spare == newDescriptors(limit).spare
	})
}

func openFiles(t *testing.T) int {
	t.Helper()
	open, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(open)
}

// text is all that was logged so far.
func (l *memoryLogs) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var text strings.Builder
	for _, e := range l.events {
		text.WriteString(e.Message)
	}
	return text.String()
}

func TestThereAreNoMoreEnvironmentsThanDescriptors(t *testing.T) {
	for limit, want := range map[int]int{20: 1, 1024: 16, 20_000: 312, 1 << 20: 16384} {
		if got := newDescriptors(limit).environments; got != want {
			t.Errorf("with %d descriptors there may be %d environments, want %d", limit, got, want)
		}
	}
	b := newBench(t, func(c *Config) { c.OpenFiles = 1024 })
	if b.cfg.MaxEnvironments != 16 {
		t.Errorf("there may be %d environments", b.cfg.MaxEnvironments)
	}
}

func TestDoctorTellsHowManyEnvironmentsTheFilesAllow(t *testing.T) {
	for limit, want := range map[int]Fact{
		1024:    {Name: "open files", Detail: "1024 (ulimit -n), for 16 environments at a time; with 64000 there may be 1000"},
		63_900:  {Name: "open files", Detail: "63900 (ulimit -n), for 998 environments at a time; with 64000 there may be 1000"},
		64_000:  {Name: "open files", OK: true, Detail: "64000 (ulimit -n), for 1000 environments at a time"},
		1 << 20: {Name: "open files", OK: true, Detail: "1048576 (ulimit -n), for 1000 environments at a time"},
	} {
		if got := filesFact(limit); got != want {
			t.Errorf("with %d descriptors: %+v, want %+v", limit, got, want)
		}
	}
	if facts := Doctor(t.TempDir(), runtime.NewPacks(t.TempDir())); !slices.Contains(facts, filesFact(openFilesLimit())) {
		t.Errorf("Doctor = %+v", facts)
	}
}

func TestWhoHoldsMostConnectionsLeavesRoomForOthers(t *testing.T) {
	d := newDescriptors(1024)
	ended := make(chan struct{})
	close(ended) // nobody waits
	greedy, modest := &holder{of: d, ended: ended}, &holder{of: d, ended: ended}
	all, taken := d.spare, 0
	for greedy.take() {
		taken++
	}
	if taken != all/2 || !modest.take() {
		t.Errorf("one took %d of %d", taken, all)
	}
	modest.give()
	greedy.give()
	if !greedy.take() {
		t.Error("what was given back cannot be taken")
	}
}

// TestFunctionsCannotFillTheMachinesTableOfFiles has a function that opens files in many
// processes: each may have as many as it may, and all together no more than an environment may.
func TestFunctionsCannotFillTheMachinesTableOfFiles(t *testing.T) {
	b := newIsolatedBench(t)
	fn := behaviour("open files")
	fn.MemoryMB, fn.Timeout = 2048, 30*time.Second
	r := b.invoke(fn, `"40"`)
	want := fmt.Sprintf(`{"errorType":"Runtime.ExitError","errorMessage":"RequestId: %s Error: Runtime exited with error: signal: killed"}`, requestID)
	if string(r.Payload) != want {
		t.Errorf("result = %s\n%s", r.Payload, r.LogTail)
	}
	var one int
	fn.ID = "modest"
	if err := json.Unmarshal(b.invoke(fn, `"4"`).Payload, &one); err != nil || one < 3000 {
		t.Errorf("four processes opened %d files: %v", one, err)
	}
}
