package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"
)

// head tells where, when and what was measured, as Markdown.
func head(ctx context.Context, o options) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, commit %s, `go run ./bench %s`\n\n", time.Now().UTC().Format("2006-01-02 15:04 MST"), commit(ctx), strings.Join(os.Args[1:], " "))
	fmt.Fprintf(&b, "%s/%s, %d cores (%s), %s of memory, Linux %s, %s; ", runtime.GOOS, runtime.GOARCH, runtime.NumCPU(),
		or(field("/proc/cpuinfo", "model name"), "unknown"), megabytes(parseKB(read("/proc/meminfo"), "MemTotal:")),
		or(strings.TrimSpace(read("/proc/sys/kernel/osrelease")), "none"), runtime.Version())
	others, _, _ := strings.Cut(read("/proc/loadavg"), " ")
	fmt.Fprintf(&b, "load average before the start %s; ", or(others, "unknown"))
	if d, err := fsyncTime(o.dir); err == nil {
		fmt.Fprintf(&b, "an fsync of 4 kB in %s takes %s (median of 200)\n\n", o.dir, milliseconds(d))
	} else {
		fmt.Fprintf(&b, "fsync: %v\n\n", err)
	}
	fmt.Fprintf(&b, "Medians of %d rounds of %v.", o.rounds, o.length)
	return b.String()
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

func read(path string) string {
	text, _ := os.ReadFile(path) // not there on other systems
	return string(text)
}

// field returns the first value of a name in a file of lines "name : value".
func field(path, name string) string {
	for line := range strings.Lines(read(path)) {
		if k, v, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(k) == name {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

// commit returns the commit that is checked out, and whether something is
// changed.
func commit(ctx context.Context) string {
	id, err := exec.CommandContext(ctx, "git", "describe", "--always", "--dirty", "--exclude", "*").Output()
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(id))
}

// fsyncTime is how long the disk takes to keep 4 kB at the end of a file.
func fsyncTime(dir string) (time.Duration, error) {
	f, err := os.CreateTemp(dir, "bench-fsync-")
	if err != nil {
		return 0, err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	times := make([]time.Duration, 200)
	block := make([]byte, 4096)
	for i := range times {
		if _, err := f.Write(block); err != nil {
			return 0, err
		}
		start := time.Now()
		if err := f.Sync(); err != nil {
			return 0, err
		}
		times[i] = time.Since(start)
	}
	slices.Sort(times)
	return percentile(times, 50), nil
}
