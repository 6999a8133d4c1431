package runtime

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// probeTimeout bounds the question to an interpreter who it is.
const probeTimeout = 10 * time.Second

// interpreter is one Python of this machine.
type interpreter struct {
	Executable string // itself, and no script that chooses one
	Prefix     string // the directory with all that belongs to it
	Version    [3]int
}

func (i interpreter) version() string {
	return fmt.Sprintf("%d.%d.%d", i.Version[0], i.Version[1], i.Version[2])
}

// pythonName matches the names under which interpreters are installed.
var pythonName = regexp.MustCompile(`^python3(\.\d+)?$`)

// whoAreYou has an interpreter describe itself. Beside a virtual environment
// lies the interpreter that it was made of: that is the one we want.
const whoAreYou = `import json, sys
print(json.dumps({"Executable": getattr(sys, "_base_executable", sys.executable), "Prefix": sys.base_prefix, "Version": sys.version_info[:3]}))`

// pythons returns the Pythons that are found in the search path, which are asked
// once.
func (p *Packs) pythons() []interpreter {
	p.probe.Do(func() {
		seen := make(map[string]bool)
		for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
			entries, err := os.ReadDir(dir)
			if err != nil {
				continue // many a search path names what is not there
			}
			for _, e := range entries {
				if !pythonName.MatchString(e.Name()) {
					continue
				}
				i, err := describePython(filepath.Join(dir, e.Name()))
				if err == nil && !seen[i.Executable] {
					seen[i.Executable] = true
					p.found = append(p.found, i)
				}
			}
		}
	})
	return p.found
}

func describePython(name string) (i interpreter, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), probeTimeout)
	defer cancel()
	out, err := exec.CommandContext(ctx, name, "-I", "-c", whoAreYou).Output()
	if err != nil {
		return i, err
	}
	if err := json.Unmarshal(out, &i); err != nil {
		return i, err
	}
	i.Executable, err = filepath.EvalSymlinks(i.Executable)
	return i, err
}

// nearest finds the interpreter whose version is closest to the one asked for;
// of two equally close, the newer.
func nearest(found []interpreter, version string) (interpreter, bool) {
	_, text, _ := strings.Cut(version, ".")
	minor, err := strconv.Atoi(text)
	if err != nil || len(found) == 0 {
		return interpreter{}, false
	}
	distance := func(i interpreter) int {
		d := 2 * (i.Version[1] - minor)
		if d < 0 {
			return 1 - d
		}
		return d
	}
	return slices.MinFunc(found, func(a, b interpreter) int { return distance(a) - distance(b) }), true
}

// python runs our bootstrap on the interpreter of this machine that is nearest.
func (p *Packs) python(r Runtime) (*Program, error) {
	i, ok := nearest(p.pythons(), r.Version)
	if !ok {
		return nil, &MissingError{Program: "python3", Package: "python3", For: r.Identifier}
	}
	boot, err := p.bootstrap("python")
	if err != nil {
		return nil, err
	}
	files := []File{{Source: boot, Target: "/var/runtime"}}
	if !strings.HasPrefix(i.Prefix+"/", "/usr/") { // which every environment has
		files = append(files, File{Source: i.Prefix, Target: i.Prefix})
	}
	return &Program{
		Runtime: r,
		Runs:    "python " + i.version(),
		Waits:   true,
		Files:   files,
		args: func(at Place) []string {
			return append([]string{at.Path(i.Executable), "-u", at.Path("/var/runtime/bootstrap.py")}, socketArg(at)...)
		},
		env: func(at Place) []string {
			packages := fmt.Sprintf("/opt/python/lib/python%s/site-packages", r.Version)
			return []string{
				// What a layer brings comes before what the runtime has.
				"PYTHONPATH=" + strings.Join([]string{at.Path(packages), at.Path("/opt/python"), at.Path("/var/runtime")}, ":"),
				"PYTHONDONTWRITEBYTECODE=1", // there is no place to write it to
			}
		},
	}, nil
}

// Fact is one thing that this machine has or lacks.
type Fact struct {
	Name   string
	OK     bool
	Detail string
}

// Doctor finds out which runtimes can run here, and what the others need.
func (p *Packs) Doctor() []Fact {
	facts := []Fact{npmFact(), p.packsFact()}
	var versions []string
	for _, i := range p.pythons() {
		versions = append(versions, i.version()+" ("+i.Executable+")")
	}
	f := Fact{Name: "python", OK: len(versions) > 0, Detail: strings.Join(versions, ", ")}
	if !f.OK {
		f.Detail = `Python functions do not run: install the package "python3"`
	}
	return append(facts, f)
}

func npmFact() Fact {
	path, err := exec.LookPath("npm")
	if err != nil {
		return Fact{Name: "npm", Detail: `no Node runtime can be fetched: install the package "npm"`}
	}
	return Fact{Name: "npm", OK: true, Detail: path}
}

func (p *Packs) packsFact() Fact {
	packs, err := p.Installed()
	if err != nil {
		return Fact{Name: "runtime packs", Detail: err.Error()}
	}
	if len(packs) == 0 {
		return Fact{Name: "runtime packs", Detail: `none: they are fetched at first use, or by "cloudless runtime install"`}
	}
	var names []string
	for _, pack := range packs {
		names = append(names, fmt.Sprintf("%s (Node %s)", pack.Runtime, pack.Version))
	}
	return Fact{Name: "runtime packs", OK: true, Detail: strings.Join(names, ", ")}
}
