package runtime

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	goruntime "runtime"
	"slices"
	"strconv"
	"strings"
)

// node runs our bootstrap on the Node of the pack. A layer's modules and the
// pack's are also where the resolution of ECMAScript modules, which does not read
// NODE_PATH, looks after /var/task: by links, so that a module is the same one by
// whichever name it was found.
func (p *Packs) node(r Runtime) (*Program, error) {
	pack, err := p.Find(r.Identifier)
	if err != nil {
		return nil, err
	}
	boot, err := p.bootstrap("node")
	if err != nil {
		return nil, err
	}
	modules := filepath.Join(pack.Dir, "node_modules")
	program := &Program{
		Runtime: r,
		Runs:    "nodejs " + pack.Version,
		Waits:   true,
		Files: []File{
			{Source: filepath.Join(modules, nodePackage()), Target: "/var/lang"},
			{Source: boot, Target: "/var/runtime"},
			{Source: modules, Target: "/var/runtime/node_modules"},
			{Link: "/opt/nodejs/node_modules", Target: "/var/node_modules"},
			{Link: "/var/runtime/node_modules", Target: "/node_modules"},
		},
		args: func(at Place) []string {
			argv := []string{
				at.Path("/var/lang/bin/node"),
				// What is left is for what is not JavaScript's heap.
				"--max-old-space-size=" + strconv.Itoa(at.MemoryMB*9/10),
			}
			argv = append(argv, withoutExperiments(pack.Version, at)...)
			return append(append(argv, at.Path("/var/runtime/index.js")), socketArg(at)...)
		},
		env: func(at Place) []string {
			major, _, _ := strings.Cut(r.Version, ".")
			env := []string{"NODE_PATH=" + strings.Join([]string{
				at.Path("/opt/nodejs/node" + major + "/node_modules"),
				at.Path("/opt/nodejs/node_modules"),
				at.Path("/var/runtime/node_modules"),
				at.Path("/var/runtime"),
				at.Path("/var/task"),
			}, ":")}
			if at.Variable != nil && at.Variable("NODE_EXTRA_CA_CERTS") != "" { // which has Node read no others
				env = append(env, "_CLOUDLESS_CA="+at.Path(authorityFile))
			}
			return env
		},
	}
	program.addCompiled(pack, boot)
	return program, nil
}

// experiments are what Node does by default as an experiment and Lambda's runtimes do not,
// as the page on Lambda's Node runtimes lists it: the flag that a function gives in
// NODE_OPTIONS to have it nevertheless, and for which versions.
var experiments = []struct {
	flag string
	from map[int]int // by major versions, the first minor one that knows the flag
}{
	{"experimental-require-module", map[int]int{20: 17, 22: 0}},
	{"experimental-detect-module", map[int]int{22: 0}},
}

// withoutExperiments returns what has Node leave them.
func withoutExperiments(version string, at Place) (flags []string) {
	var major, minor int
	if _, err := fmt.Sscanf(version, "%d.%d", &major, &minor); err != nil {
		return nil
	}
	var options []string
	if at.Variable != nil {
		options = strings.Fields(at.Variable("NODE_OPTIONS"))
	}
	for _, e := range experiments {
		from, ok := e.from[major]
		if ok && minor >= from && !slices.Contains(options, "--"+e.flag) {
			flags = append(flags, "--no-"+e.flag)
		}
	}
	return flags
}

// addCompiled adds what Node has made of the SDK's code, if it is there, or notes that
// it can be made. It belongs to one installation of the pack and one bootstrap.
func (p *Program) addCompiled(pack Pack, boot string) {
	major, _, _ := strings.Cut(pack.Version, ".")
	if n, err := strconv.Atoi(major); err != nil || n < compilesFrom {
		return
	}
	file := filepath.Join(pack.Dir, "compiled-"+strings.TrimPrefix(filepath.Base(boot), "."))
	if _, err := os.Stat(file); err != nil {
		p.Compiles = file
		return
	}
	p.Files = append(p.Files, File{Source: file, Target: "/var/compiled"})
}

// compilesFrom is the major version of Node from which on the bootstrap can do that.
const compilesFrom = 20

// fillNode brings Node with the npm client, and the SDK.
func fillNode(ctx context.Context, dir string, r Runtime, progress func(string)) (version string, err error) {
	npm, err := exec.LookPath("npm")
	if err != nil {
		return "", &MissingError{Program: "npm", Package: "npm", For: r.Identifier}
	}
	progress(fmt.Sprintf("%s: fetching Node %s with the npm client", r.Identifier, r.Version))
	if err := fetchNode(ctx, npm, dir, r); err != nil {
		return "", err
	}
	progress(fmt.Sprintf("%s: fetching %d packages of its SDK", r.Identifier, len(r.packages)))
	if err := npmInstall(ctx, npm, dir, r.packages...); err != nil {
		return "", err
	}
	return nodeVersion(ctx, filepath.Join(dir, nodeBinary()))
}

// fetchNode installs the version asked for, or, where the registry does not have
// it for this machine, the newest of the same major version.
func fetchNode(ctx context.Context, npm, dir string, r Runtime) error {
	major, _, _ := strings.Cut(r.Version, ".")
	err := npmInstall(ctx, npm, dir, nodePackage()+"@"+r.Version)
	if err != nil && major != r.Version && ctx.Err() == nil {
		err = npmInstall(ctx, npm, dir, nodePackage()+"@"+major)
	}
	return err
}

func npmInstall(ctx context.Context, npm, dir string, packages ...string) error {
	argv := []string{npm, "install", "--prefix", dir, "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts",
		"--loglevel=error", "--progress=false"}
	return runClient(ctx, dir, append(argv, packages...)...)
}

func nodeVersion(ctx context.Context, node string) (string, error) {
	out, err := exec.CommandContext(ctx, node, "--version").Output()
	if err != nil {
		return "", fmt.Errorf("ask Node for its version: %w", err)
	}
	return strings.TrimPrefix(strings.TrimSpace(string(out)), "v"), nil
}

// nodePackage is the registry's package that holds Node for this machine, as one
// file that needs no installation.
func nodePackage() string {
	arch := goruntime.GOARCH
	if arch == "amd64" {
		arch = "x64"
	}
	return "node-" + goruntime.GOOS + "-" + arch
}

// nodeBinary is where a pack has its Node.
func nodeBinary() string { return filepath.Join("node_modules", nodePackage(), "bin", "node") }
