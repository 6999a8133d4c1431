package runtime

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"strings"
)

//go:embed node python
var bootstraps embed.FS

// File says that a file or directory of this machine has to appear to the
// function under another name, readable and not writable. With Link instead of
// Source, the other name is a symbolic link.
type File struct{ Source, Target, Link string }

// Program is how the process of a runtime is started.
type Program struct {
	Runtime Runtime
	// Runs is what really runs, such as "nodejs 6.10.3".
	Runs string
	// Files are what the process needs to see, beside the system's own.
	Files []File
	// Waits is set where a process can be started before its function is known.
	Waits bool

	args func(Place) []string
	env  func(Place) []string
}

// Place is where the process runs.
type Place struct {
	// Path tells where the process finds what a Target named.
	Path func(target string) string
	// MemoryMB is the memory that the function may use.
	MemoryMB int
	// Waiting is set for a process that does not know its function yet. It asks
	// the Runtime API for it once it is ready.
	Waiting bool
	// Has reports whether the function, or a layer of it, has a file of that name.
	// Nil where that is not known yet.
	Has func(target string) bool
	// Socket is the path of a unix socket on which the Runtime API answers, or
	// empty where there is only its address.
	Socket string
	// HTTP and HTTPS are the addresses, host:port, to which the runtime itself has
	// to lead what is for an endpoint of AWS: where the process has a network of
	// its own, the names do, and these are empty.
	HTTP, HTTPS string
}

// Args returns the command line of the process, or [ErrNoEntrypoint].
func (p *Program) Args(at Place) ([]string, error) {
	args := p.args(at)
	if args == nil {
		return nil, ErrNoEntrypoint
	}
	return args, nil
}

// ErrNoEntrypoint says that a function of a custom runtime has no program.
var ErrNoEntrypoint error = noEntrypoint{}

type noEntrypoint struct{}

// Error says it in Lambda's words.
func (noEntrypoint) Error() string {
	return fmt.Sprintf("Couldn't find valid bootstrap(s): %v", providedBootstraps)
}

// Env returns the variables, name=value, that the runtime adds to those that
// every function has.
func (p *Program) Env(at Place) []string {
	env := p.env(at)
	if at.HTTPS != "" && p.Runtime.Family != Provided { // whose bootstrap is not ours
		env = append(env, "_CLOUDLESS_HTTP="+at.HTTP, "_CLOUDLESS_HTTPS="+at.HTTPS)
	}
	return env
}

// Program returns how a runtime is started, or [ErrNotInstalled].
func (p *Packs) Program(identifier string) (*Program, error) {
	r, ok := Lookup(identifier)
	if !ok {
		return nil, &UnknownError{identifier}
	}
	switch r.Family {
	case Node:
		return p.node(r)
	case Python:
		return p.python(r)
	case Provided:
		return provided(r), nil
	}
	return nil, fmt.Errorf("runtime family %q has no program", r.Family)
}

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
	return &Program{
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
			return append([]string{
				at.Path("/var/lang/bin/node"),
				// What is left is for what is not JavaScript's heap.
				"--max-old-space-size=" + strconv.Itoa(at.MemoryMB*9/10),
				at.Path("/var/runtime/index.js"),
			}, socketArg(at)...)
		},
		env: func(at Place) []string {
			major, _, _ := strings.Cut(r.Version, ".")
			return []string{"NODE_PATH=" + strings.Join([]string{
				at.Path("/opt/nodejs/node" + major + "/node_modules"),
				at.Path("/opt/nodejs/node_modules"),
				at.Path("/var/runtime/node_modules"),
				at.Path("/var/runtime"),
				at.Path("/var/task"),
			}, ":")}
		},
	}, nil
}

// socketArg names the unix socket to our bootstraps, where there is one, and
// tells them whether to wait.
func socketArg(at Place) []string {
	if at.Socket == "" {
		return nil
	}
	if at.Waiting {
		return []string{at.Socket, "wait"}
	}
	return []string{at.Socket}
}

// providedBootstraps are the names of the program that a custom runtime brings,
// in the order in which it is looked for.
var providedBootstraps = []string{"/var/task/bootstrap", "/opt/bootstrap"}

// provided runs the function's own bootstrap, or that of a layer.
func provided(r Runtime) *Program {
	return &Program{
		Runtime: r,
		Runs:    "bootstrap",
		args: func(at Place) []string {
			for _, name := range providedBootstraps {
				if at.Has != nil && at.Has(name) {
					return []string{at.Path(name)}
				}
			}
			return nil
		},
		env: func(Place) []string { return nil },
	}
}

// bootstrap writes one of our bootstraps to disk, under a name that changes with
// its text, and returns its directory.
func (p *Packs) bootstrap(name string) (string, error) {
	files, err := fs.Sub(bootstraps, name)
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	err = fs.WalkDir(files, ".", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(files, file)
		fmt.Fprintf(sum, "%s\x00%d\x00%s", file, len(data), data)
		return err
	})
	if err != nil {
		return "", err
	}
	dir := filepath.Join(p.dir, ".bootstrap-"+path.Base(name)+"-"+hex.EncodeToString(sum.Sum(nil))[:16])
	if _, err := os.Stat(dir); err == nil {
		return dir, nil
	}
	if err := p.writeBootstrap(files, dir); err != nil {
		return "", fmt.Errorf("write the %s bootstrap: %w", name, err)
	}
	return dir, nil
}

func (p *Packs) writeBootstrap(files fs.FS, dir string) error {
	if err := os.MkdirAll(p.dir, 0o755); err != nil {
		return err
	}
	temp, err := os.MkdirTemp(p.dir, ".new-bootstrap-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	// The place where the pack's modules appear has to be there already, since
	// nothing can be made in a directory that is mounted read-only.
	if err := os.Mkdir(filepath.Join(temp, "node_modules"), 0o755); err != nil {
		return err
	}
	if err := os.CopyFS(temp, files); err != nil {
		return err
	}
	if err := makeReadable(temp); err != nil {
		return err
	}
	err = os.Rename(temp, dir)
	if errors.Is(err, fs.ErrExist) {
		return nil // another server was faster
	}
	return err
}
