package runtime

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// minor is the part of the version that changes what compiled files are good for.
func (i interpreter) minor() string { return fmt.Sprintf("%d.%d", i.Version[0], i.Version[1]) }

// pythonName matches the names under which interpreters are installed.
var pythonName = regexp.MustCompile(`^python3(\.\d+)?$`)

// whoAreYou has an interpreter describe itself. Beside a virtual environment
// lies the interpreter that it was made of: that is the one we want.
const whoAreYou = `import json, sys
print(json.dumps({"Executable": getattr(sys, "_base_executable", sys.executable), "Prefix": sys.base_prefix, "Version": sys.version_info[:3]}))`

// pythons returns the Pythons that are found in the search path, which are asked
// once.
func (p *Packs) pythons() []interpreter {
	p.probePython.Do(func() { p.foundPython = inSearchPath(pythonName, "-I", "-c", whoAreYou) })
	return p.foundPython
}

// python runs our bootstrap on the interpreter of this machine that is nearest,
// with the SDK of the pack.
func (p *Packs) python(r Runtime) (*Program, error) {
	i, err := p.interpreterOf(r)
	if err != nil {
		return nil, err
	}
	pack, err := p.Find(r.Identifier)
	if err != nil {
		return nil, err
	}
	boot, err := p.bootstrap("python")
	if err != nil {
		return nil, err
	}
	packages := fmt.Sprintf("python%s/site-packages", r.Version)
	return &Program{
		Runtime: r,
		Runs:    "python " + i.version(),
		Waits:   true,
		Files: i.after(
			File{Source: boot, Target: "/var/runtime"},
			File{Source: filepath.Join(pack.Dir, sitePackages), Target: "/var/lang/lib/" + packages},
			// Which the search path has first, and where programs of functions look for it.
			File{Link: i.Executable, Target: "/var/lang/bin/python"},
			File{Link: i.Executable, Target: "/var/lang/bin/python3"},
			File{Link: i.Executable, Target: "/var/lang/bin/python" + r.Version}),
		args: func(at Place) []string {
			return append([]string{at.Path(i.Executable), noMachinePackages, "-u", at.Path("/var/runtime/bootstrap.py")}, socketArg(at)...)
		},
		env: func(at Place) []string {
			return []string{
				// What a layer brings comes before what the runtime has. It is no PYTHONPATH:
				// a function may set that, and wrappers do.
				"_CLOUDLESS_PYTHON=" + strings.Join([]string{
					at.Path("/opt/python/lib/" + packages), at.Path("/opt/python"), at.Path("/var/lang/lib/" + packages),
				}, ":"),
				"PYTHONDONTWRITEBYTECODE=1", // there is no place to write it to
			}
		},
	}, nil
}

// interpreterOf finds the Python for a runtime.
func (p *Packs) interpreterOf(r Runtime) (interpreter, error) {
	i, ok := nearest(p.pythons(), r.Version)
	if !ok {
		return i, &MissingError{Program: "python3", Package: "python3", For: r.Identifier}
	}
	return i, nil
}

// noMachinePackages has an interpreter look for no packages beside itself: functions have
// their own, their layers' and the pack's, as on AWS, and not what somebody has installed on
// this machine.
const noMachinePackages = "-S"

// sitePackages is where a pack has its packages.
const sitePackages = "site-packages"

// fillPython brings the SDK with pip, compiled for the interpreter that will load it.
func (p *Packs) fillPython(ctx context.Context, dir string, r Runtime, progress func(string)) (version string, err error) {
	i, err := p.interpreterOf(r)
	if err != nil {
		return "", err
	}
	if err := exec.CommandContext(ctx, i.Executable, "-m", "pip", "--version").Run(); err != nil {
		return "", &MissingError{Program: "pip", Package: "python3-pip", For: r.Identifier}
	}
	progress(fmt.Sprintf("%s: fetching %s with pip of Python %s", r.Identifier, strings.Join(r.packages, ", "), i.version()))
	argv := []string{i.Executable, "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check",
		"--only-binary=:all:", "--target", filepath.Join(dir, sitePackages)}
	return "", runClient(ctx, dir, append(argv, r.packages...)...)
}
