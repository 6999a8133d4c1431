//go:build linux

package sandbox

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
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
				`"store":"","mounts":0,"start":true,"adopt":403}`},
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
	await(t, "it is stopped", func() bool { return slices.Equal(childStates(init), []string{"T"}) })
	waits := cpuShare(init)
	fn.ID = "second"
	if r := b.invoke(fn, `{}`); string(r.Payload) != `1` || b.used(fn) != spare {
		t.Fatalf("result = %s", r.Payload)
	}
	if works := cpuShare(init); waits != "" && waits == works {
		t.Errorf("cpu share = %s when it waits, and %s when it works", waits, works)
	}
}

// childStates returns the states of the processes that a process has started,
// as in /proc/PID/stat.
func childStates(pid int) (states []string) {
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid)) // the pattern is right
	for _, name := range tasks {
		children, _ := os.ReadFile(name) // a thread that has ended has none
		for _, child := range strings.Fields(string(children)) {
			stat, _ := os.ReadFile("/proc/" + child + "/stat")
			_, rest, _ := strings.Cut(string(stat), ") ")
			states = append(states, rest[:min(1, len(rest))])
		}
	}
	return states
}

// cpuShare returns the share or weight of a process's cgroup, or nothing where it has none.
func cpuShare(pid int) string {
	groups, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cgroup", pid))
	for line := range strings.Lines(string(groups)) {
		words := strings.SplitN(strings.TrimSpace(line), ":", 3)
		for _, name := range []string{
			filepath.Join("/sys/fs/cgroup/cpu", words[2], "cpu.shares"),
			filepath.Join("/sys/fs/cgroup", words[2], "cpu.weight"),
		} {
			if words[1] != "cpu" && words[1] != "" {
				continue
			}
			if share, err := os.ReadFile(name); err == nil {
				return strings.TrimSpace(string(share))
			}
		}
	}
	return ""
}
