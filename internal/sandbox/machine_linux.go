package sandbox

import (
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"slices"

	"cloudless/internal/sandbox/driver"
	"cloudless/internal/sandbox/namespace"
)

// MaybeInit has to be called first thing in main, by every program that makes a
// [Manager], tests included. If this process was started to be the first of a
// sandbox, it is that until it ends, and MaybeInit does not return.
func MaybeInit() { namespace.MaybeInit() }

func openIsolated(dir string, log *slog.Logger) (driver.Driver, error) {
	return namespace.New(namespace.Config{Mountpoint: filepath.Join(dir, "root"), Log: log})
}

func isolationFacts(dir string) []Fact {
	quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
	d, err := namespace.New(namespace.Config{Mountpoint: filepath.Join(dir, "root"), Log: quiet})
	if err != nil {
		return []Fact{{Name: "namespaces", Detail: fmt.Sprintf("%v: functions run without isolation", err)}}
	}
	defer d.Close()
	who := "as root, functions as a user of their own"
	if d.Rootless() {
		who = "as an ordinary user"
	}
	facts := []Fact{{Name: "namespaces", OK: true, Detail: who}}
	without := map[string]string{
		"memory": "cannot be set: the memory of functions is watched twenty times a second instead",
		"pids":   "cannot be set: the number of processes is bounded by RLIMIT_NPROC instead",
		"cpu":    "cannot be set: functions get what processor time there is",
	}
	for _, name := range []string{"memory", "pids", "cpu"} {
		f := Fact{Name: "cgroup " + name, OK: slices.Contains(d.Limits(), name), Detail: d.CgroupVersion()}
		if !f.OK {
			f.Detail = without[name]
		}
		facts = append(facts, f)
	}
	return facts
}
