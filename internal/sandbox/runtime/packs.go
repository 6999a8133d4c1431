package runtime

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

// manifestFile lies in every pack and says what is in it.
const manifestFile = "pack.json"

// Packs are the runtime packs of one directory, which several servers may share,
// and the interpreters that this machine has beside them.
type Packs struct {
	dir string

	probe sync.Once
	found []interpreter // after probe
}

// Pack is one installed pack.
type Pack struct {
	Runtime   string    // the identifier it was made for
	Version   string    // the version of the language that it really has
	Packages  []string  // name@version of what was asked for
	Installed time.Time // when
	Dir       string    `json:"-"`
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
func (p *Packs) Path(identifier string) string { return filepath.Join(p.dir, identifier) }

// Installed returns the packs that there are, by identifier.
func (p *Packs) Installed() ([]Pack, error) {
	entries, err := os.ReadDir(p.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list runtime packs: %w", err)
	}
	var packs []Pack
	for _, e := range entries {
		if _, ok := Lookup(e.Name()); !ok {
			continue
		}
		pack, err := p.Find(e.Name())
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
	if !slices.Equal(pack.Packages, r.sdk) {
		return Pack{}, fmt.Errorf("%s: %w in its present form", identifier, ErrNotInstalled)
	}
	return pack, nil
}
