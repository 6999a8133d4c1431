package runtime

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// manifestFile lies in every pack and says what is in it.
const manifestFile = "pack.json"

// Packs are the runtime packs of one directory, which several servers may share,
// and the interpreters that this machine has beside them.
type Packs struct {
	dir string

	bootstraps sync.Map // their directories, by name

	holding sync.Mutex
	held    map[string]*os.File // bootstraps, by their directories; guarded by holding

	unreachable atomic.Int64 // until when the registry counts as that, in Unix nanoseconds

	probePython sync.Once
	foundPython []interpreter // after probePython
	probeJava   sync.Once
	foundJava   []jdk // after probeJava
	probeRuby   sync.Once
	foundRuby   []interpreter // after probeRuby
}

// Pack is one installed pack.
type Pack struct {
	Runtime   string    // the identifier it was made for; others may share it
	Version   string    // of the interpreter that it has; empty if it has none
	Packages  []string  // name@version of what was asked for
	Installed time.Time // when
	// Added are packages of the SDK that functions needed beside those.
	Added []string `json:",omitempty"`
	// Absent are packages of the SDK that the registry did not have, with the time of
	// the question.
	Absent map[string]time.Time `json:",omitempty"`
	Dir    string               `json:"-"`
}

// NewPacks returns the packs kept in dir. Nothing is touched until it is needed.
func NewPacks(dir string) *Packs { return &Packs{dir: dir} }

// DefaultDir is where packs are kept unless the user says otherwise: beside the
// other caches of this user, so that all data directories share them.
func DefaultDir() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("find a place for runtime packs: %w", err)
	}
	return filepath.Join(cache, "cloudless", "runtimes"), nil
}

// Path returns the directory of a runtime's pack, whether or not it is there.
// Runtimes that need the same have it together: those of Java, those of Python that run
// on the same interpreter, and the first ones of Node.
func (p *Packs) Path(identifier string) string {
	name := identifier
	switch r, _ := Lookup(identifier); r.Family {
	case Node:
		name = cmp.Or(r.pack, name)
	case Java:
		name = "java"
	case Python:
		if i, err := p.interpreterOf(r); err == nil {
			name = "python-" + i.minor()
		}
	}
	return filepath.Join(p.dir, name)
}

// Installed returns the packs that there are.
func (p *Packs) Installed() ([]Pack, error) {
	seen := make(map[string]bool)
	var packs []Pack
	for _, r := range table {
		dir := p.Path(r.Identifier)
		if !r.NeedsPack() || seen[dir] {
			continue
		}
		seen[dir] = true
		pack, err := p.Find(r.Identifier)
		if errors.Is(err, ErrNotInstalled) {
			continue
		}
		if err != nil {
			return nil, err
		}
		packs = append(packs, pack)
	}
	return packs, nil
}

// Find returns the pack of a runtime, or [ErrNotInstalled]. A pack that was made
// for another list of packages than today's is as good as none.
func (p *Packs) Find(identifier string) (Pack, error) {
	r, ok := Lookup(identifier)
	if !ok {
		return Pack{}, &UnknownError{identifier}
	}
	dir := p.Path(identifier)
	data, err := os.ReadFile(filepath.Join(dir, manifestFile))
	if errors.Is(err, fs.ErrNotExist) {
		return Pack{}, fmt.Errorf("%s: %w", identifier, ErrNotInstalled)
	}
	if err != nil {
		return Pack{}, fmt.Errorf("read the runtime pack: %w", err)
	}
	pack := Pack{Dir: dir}
	if err := json.Unmarshal(data, &pack); err != nil {
		return Pack{}, fmt.Errorf("read the runtime pack %s: %w", dir, err)
	}
	if !slices.Equal(pack.Packages, r.packages) {
		return Pack{}, fmt.Errorf("%s: %w in its present form", identifier, ErrNotInstalled)
	}
	return pack, nil
}
