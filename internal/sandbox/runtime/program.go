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
)

//go:embed node python ruby
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
	// Compiles names a file that does not exist yet, if the process of a [Place] that is
	// Compiling is to make it: what the runtime makes of the SDK's code, from which it then
	// starts faster.
	Compiles string

	args func(Place) []string
	env  func(Place) []string
}

// Place is where the process runs.
type Place struct {
	// Path tells where the process finds what a Target named.
	Path func(target string) string
	// Handler is the function's, as it was configured. Empty in a process that waits.
	Handler string
	// MemoryMB is the memory that the function may use.
	MemoryMB int
	// Waiting is set for a process that does not know its function yet. It asks
	// the Runtime API for it once it is ready.
	Waiting bool
	// Variable returns what the function sets a variable to, or "". Nil where that is
	// not known yet.
	Variable func(name string) string
	// Compiling is set for a process that never has a function, and sends the Runtime
	// API what [Program].Compiles is to hold.
	Compiling bool
	// Has reports whether the function, or a layer of it, has a file of that name.
	// Nil where that is not known yet.
	Has func(target string) bool
	// Socket is the path of a unix socket on which the Runtime API answers, or
	// empty where there is only its address.
	Socket string
	// TrustStore is a key store of Java's with the certificates that the process has
	// to trust, or empty where it trusts the machine's.
	TrustStore string
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
	if at.HTTPS != "" && p.Runtime.bootstrapIsOurs() {
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
	program, err := p.programOf(r)
	if err != nil {
		return nil, err
	}
	program.Files = append(program.Files, shell()...)
	return program, nil
}

func (p *Packs) programOf(r Runtime) (*Program, error) {
	switch r.Family {
	case Node:
		return p.node(r)
	case Python:
		return p.python(r)
	case Java:
		return p.java(r)
	case Ruby:
		return p.ruby(r)
	case Go, Provided:
		return custom(r), nil
	}
	return nil, fmt.Errorf("runtime family %q has no program", r.Family)
}

// execWrapper is the variable in which a function names a program that starts its
// runtime, whose command line it is given.
const execWrapper = "AWS_LAMBDA_EXEC_WRAPPER"

// socketArg names the unix socket to our bootstraps, where there is one, and
// tells them whether to wait. Wrappers, the one of AWS's documentation too, put options
// before the last word of the command line, which on AWS is the bootstrap's, so nothing
// follows it there: the bootstrap then finds the Runtime API as any other runtime does.
func socketArg(at Place) []string {
	if at.Socket == "" {
		return nil
	}
	switch {
	case at.Waiting:
		return []string{at.Socket, "wait"}
	case at.Compiling:
		return []string{at.Socket, "compile"}
	case at.Variable != nil && at.Variable(execWrapper) != "":
		return nil
	}
	return []string{at.Socket}
}

// bootstrap writes one of our bootstraps to disk, if it is not there, and returns its
// directory, which stays as long as there is p.
func (p *Packs) bootstrap(name string) (string, error) {
	dir, err := p.bootstrapDir(name)
	if err != nil {
		return "", err
	}
	for {
		err := p.hold(dir)
		if errors.Is(err, fs.ErrNotExist) {
			if err = p.writeBootstrap(name, dir); err == nil {
				continue
			}
		}
		if err != nil {
			return "", fmt.Errorf("write the %s bootstrap: %w", name, err)
		}
		return dir, nil
	}
}

// bootstrapDir is where one of our bootstraps is, under a name that changes with its text, which
// is read once.
func (p *Packs) bootstrapDir(name string) (string, error) {
	if dir, known := p.bootstraps.Load(name); known {
		return dir.(string), nil
	}
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
	dir := filepath.Join(p.dir, bootstrapPrefix+path.Base(name)+"-"+hex.EncodeToString(sum.Sum(nil))[:16])
	p.bootstraps.Store(name, dir)
	return dir, nil
}

// authorityFile is where a function finds the certificate that it has to trust.
const authorityFile = "/etc/pki/cloudless/ca.pem"

func (p *Packs) writeBootstrap(name, dir string) error {
	files, err := fs.Sub(bootstraps, name)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(p.dir, 0o755); err != nil {
		return err
	}
	temp, err := os.MkdirTemp(p.dir, newBootstrap)
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
	// AWS's runtimes of Node have their certificates there, which functions may ask for.
	if err := os.Symlink(authorityFile, filepath.Join(temp, "ca-cert.pem")); err != nil {
		return err
	}
	err = os.Rename(temp, dir)
	if errors.Is(err, fs.ErrExist) {
		return nil // another server was faster
	}
	return err
}
