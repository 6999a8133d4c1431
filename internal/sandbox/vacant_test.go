//go:build linux

package sandbox

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// TestVacantSparesBecomeFunctionsEnvironments holds of environments that wait
// without a process what is promised of the others, for functions that cannot
// have one of those.
func TestVacantSparesBecomeFunctionsEnvironments(t *testing.T) {
	nodes := spareFunctions[0]
	for _, tt := range []struct {
		name, runtime string
		first, second Function
		want          string
	}{
		{"a program of its own", "", behaviour("echo"), behaviour("echo"), `"a"`},
		{"a process that starts otherwise", nodes.runtime,
			node(nodes.runtime, "index.js", `exports.handler = async () => 1;`),
			node(nodes.runtime, "index.js", nodes.code, "other", ""),
			`{"mine":"2","key":"ASIAEXAMPLE","name":"f","cwd":"/var/task","unknown":"","argv":"","task":"index.js,other","opt":"",` +
				`"store":"","mounts":0,"start":true,"adopt":403,"code":403}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newIsolatedBench(t, withSpares(1))
			if tt.runtime != "" {
				needRuntime(t, b, tt.runtime)
				tt.first.Environment = map[string]string{"NODE_OPTIONS": "--no-warnings"}
				tt.second.Environment = map[string]string{"NODE_OPTIONS": "--no-warnings", "MINE": "2"}
			}
			tt.first.ID, tt.second.ID = "first", "second"
			b.invoke(tt.first, `"a"`)
			b.awaitSpares(1)
			r := b.invoke(tt.second, `"a"`)
			if got := strings.ReplaceAll(string(r.Payload), `"EACCES"`, `""`); got != tt.want {
				t.Errorf("result = %q %s, want %s\n%s", r.FunctionError, got, tt.want, r.LogTail)
			}
			if e := b.used(tt.second); !e.spare {
				t.Error("the second function did not get the environment that waited")
			}
			if b.used(tt.first).id == b.used(tt.second).id {
				t.Error("two functions have one environment")
			}
			if text := b.text(); strings.Count(text, "INIT_START") != 2 {
				t.Errorf("log = %s", text)
			}
		})
	}
}

func TestFailureInAVacantSpareIsTheFunctions(t *testing.T) {
	b := newIsolatedBench(t, withSpares(1))
	b.invoke(behaviour("echo"), `"a"`)
	b.awaitSpares(1)
	fn := function("provided.al2023", "x", zipOf("bootstrap", "no program"))
	fn.ID = "broken"
	r := b.invoke(fn, `{}`)
	if !strings.Contains(string(r.Payload), `"errorType":"Runtime.InvalidEntrypoint"`) {
		t.Errorf("result = %s\n%s", r.Payload, r.LogTail)
	}
}

// TestSparesLetOthersWorkFirst looks at a process that waits: it is stopped, and
// what it has done was done with the least share of the processors.
func TestSparesLetOthersWorkFirst(t *testing.T) {
	b := newIsolatedBench(t, withSpares(1))
	needRuntime(t, b, "nodejs22.x")
	fn := node("nodejs22.x", "index.js", `exports.handler = async () => 1;`)
	b.invoke(fn, `{}`)
	b.awaitSpares(1)
	b.mu.Lock()
	spare := b.spares.kinds[kindOf(&fn)].waiting[0]
	b.mu.Unlock()
	init := spare.box.PID()
	await(t, "it is stopped", func() bool { return stopped(children(init)) })
	share := func() string { return cpuLimit(init, "cpu.shares", "cpu.weight") }
	waits := share()
	fn.ID = "second"
	if r := b.invoke(fn, `{}`); string(r.Payload) != `1` || b.used(fn) != spare {
		t.Fatalf("result = %s", r.Payload)
	}
	if works := share(); waits != "" && waits == works {
		t.Errorf("cpu share = %s when it waits, and %s when it works", waits, works)
	}
}

// TestFunctionsMayUseMoreOfTheProcessorsUntilTheyAreLoaded looks at the limit of
// one that takes its time.
func TestFunctionsMayUseMoreOfTheProcessorsUntilTheyAreLoaded(t *testing.T) {
	b := newIsolatedBench(t)
	needRuntime(t, b, "nodejs22.x")
	fn := node("nodejs22.x", "index.js", `
		const until = Date.now() + 1000;
		while (Date.now() < until);
		exports.handler = async () => 1;`)
	init := 0
	quota := func() string {
		quota, _, _ := strings.Cut(cpuLimit(init, "cpu.cfs_quota_us", "cpu.max"), " ")
		return quota
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = b.Invoke(t.Context(), fn, event(`{}`)) // what comes of it shows below
	}()
	await(t, "it loads", func() bool {
		for _, init = range children(os.Getpid()) {
			if len(children(init)) == 1 {
				return true
			}
		}
		return false
	})
	loads := quota()
	<-done
	if loads == "" {
		t.Skip("there are no cgroups here")
	}
	if loads != "40000" {
		t.Errorf("quota = %s of 20000 µs while it loads, want 40000", loads)
	}
	await(t, "it may use one core", func() bool { return quota() == "20000" })
}

// children returns the processes that a process has started.
func children(pid int) (pids []int) {
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid)) // the pattern is right
	for _, name := range tasks {
		text, _ := os.ReadFile(name) // a thread that has ended has none
		for _, word := range strings.Fields(string(text)) {
			if child, err := strconv.Atoi(word); err == nil {
				pids = append(pids, child)
			}
		}
	}
	return pids
}

// stopped reports whether processes are there, and all of them are stopped.
func stopped(pids []int) bool {
	for _, pid := range pids {
		stat, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid)) // it has ended, then
		if _, rest, _ := strings.Cut(string(stat), ") "); !strings.HasPrefix(rest, "T") {
			return false
		}
	}
	return len(pids) > 0
}

// cpuLimit returns what an environment's cgroup says of the processors, by the name
// that this has in the kernel's first version of the interface and in the second; or
// nothing where it has none.
func cpuLimit(pid int, v1, v2 string) string {
	groups, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cgroup", pid)) // it has ended, then
	for line := range strings.Lines(string(groups)) {
		words := strings.SplitN(strings.TrimSpace(line), ":", 3)
		name := ""
		if !strings.Contains(words[2], "/cloudless-") {
			continue // that of whoever started us
		}
		switch words[1] {
		case "cpu", "cpu,cpuacct", "cpuacct,cpu":
			name = filepath.Join("/sys/fs/cgroup", words[1], words[2], v1)
		case "":
			name = filepath.Join("/sys/fs/cgroup", words[2], v2)
		}
		if limit, err := os.ReadFile(name); err == nil {
			return strings.TrimSpace(string(limit))
		}
	}
	return ""
}
