package sandbox

import (
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"

	"cloudless/internal/sandbox/cgroup"
	"cloudless/internal/sandbox/driver"
	"cloudless/internal/sandbox/namespace"
)

// openIsolated returns the driver of namespaces, with cgroups where this user may have
// them.
func openIsolated(dir string, log *slog.Logger) (driver.Driver, error) {
	groups, missing := cgroup.Open()
	d, err := openNamespaces(dir, groups)
	if err != nil {
		return nil, err
	}
	if missing != nil {
		log.Warn("no cgroups: memory is watched, processor time is not limited", "err", missing)
	}
	return d, nil
}

func openNamespaces(dir string, groups *cgroup.Groups) (*namespace.Driver, error) {
	cfg := namespace.Config{Mountpoint: filepath.Join(dir, "root")}
	if groups == nil {
		return namespace.New(cfg)
	}
	cfg.Groups = groups
	d, err := namespace.New(cfg)
	if err != nil {
		_ = groups.Close() // what is wrong is said by the other
	}
	return d, err
}

func isolationFacts(dir string) []Fact {
	groups, _ := cgroup.Open() // what is missing is told below
	d, err := openNamespaces(dir, groups)
	if err != nil {
		return []Fact{{Name: "namespaces", Detail: fmt.Sprintf("%v: functions run without isolation", err)}}
	}
	defer d.Close()
	var controllers []string
	version := ""
	if groups != nil {
		controllers, version = groups.Controllers(), groups.Version()
	}
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
		f := Fact{Name: "cgroup " + name, OK: slices.Contains(controllers, name), Detail: version}
		if !f.OK {
			f.Detail = without[name]
		}
		facts = append(facts, f)
	}
	return facts
}
