package runtime

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// copyPack copies the modules of a pack for the npm client to work on, by further names of
// the same files: the client replaces packages and does not write into them. It is to
// look for itself what there is, so what it noted of it stays behind.
func copyPack(from, to string) error {
	err := filepath.WalkDir(filepath.Join(from, "node_modules"), func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rest, err := filepath.Rel(from, name)
		if err != nil {
			return err
		}
		target := filepath.Join(to, rest)
		switch {
		case d.IsDir():
			return os.Mkdir(target, 0o755)
		case d.Type()&fs.ModeSymlink != 0:
			link, err := os.Readlink(name)
			if err != nil {
				return err
			}
			return os.Symlink(link, target)
		case d.Name() == hiddenLock || os.Link(name, target) == nil:
			return nil
		}
		return copyFile(name, target)
	})
	if err != nil {
		return err
	}
	return copyFile(filepath.Join(from, packageFile), filepath.Join(to, packageFile))
}

const (
	packageFile = "package.json"       // what was asked of the npm client
	hiddenLock  = ".package-lock.json" // what it brought, in node_modules
)

func copyFile(from, to string) error {
	data, err := os.ReadFile(from)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	info, err := os.Stat(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, data, info.Mode().Perm())
}

// take moves what the npm client added in dir into the pack, and notes what was asked
// for. It refuses, and changes nothing, if anything that the pack has is another there.
func (p Pack) take(dir string, came, absent []string) error {
	added, err := p.addedIn(dir)
	if err != nil {
		return err
	}
	p.Added = append(p.Added, came...)
	if p.Absent == nil {
		p.Absent = make(map[string]time.Time)
	}
	maps.DeleteFunc(p.Absent, func(name string, _ time.Time) bool { return !p.absent(name) })
	for _, name := range absent {
		if len(p.Absent) < maxAbsent {
			p.Absent[name] = time.Now().UTC()
		}
	}
	// What the pack should have is noted before it has it: an addition that is cut short
	// is taken up by the next, and nothing is taken for superfluous.
	if err := p.write(p.Dir); err != nil {
		return err
	}
	if len(added) == 0 {
		return nil
	}
	if err := os.Rename(filepath.Join(dir, packageFile), filepath.Join(p.Dir, packageFile)); err != nil {
		return err
	}
	for _, name := range added {
		from, to := filepath.Join(dir, "node_modules", name), filepath.Join(p.Dir, "node_modules", name)
		if err := makeReadable(from); err != nil {
			return err
		}
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			return err
		}
		if err := os.Rename(from, to); err != nil {
			return err
		}
	}
	return nil
}

// addedIn returns the packages that dir has and the pack has not, each after those that
// it needs.
func (p Pack) addedIn(dir string) ([]string, error) {
	names, err := modules(dir)
	if err != nil {
		return nil, err
	}
	needs := make(map[string][]string) // of what is new
	for _, name := range names {
		described := filepath.Join("node_modules", name, packageFile)
		data, err := os.ReadFile(filepath.Join(dir, described))
		if err != nil {
			return nil, err
		}
		if had, err := os.ReadFile(filepath.Join(p.Dir, described)); err == nil {
			if !bytes.Equal(had, data) {
				return nil, fmt.Errorf("they need another version of %s than the pack has", name)
			}
			continue
		}
		var module struct{ Dependencies, PeerDependencies map[string]string }
		if err := json.Unmarshal(data, &module); err != nil {
			return nil, fmt.Errorf("read what %s needs: %w", name, err)
		}
		needs[name] = slices.Concat(slices.Sorted(maps.Keys(module.Dependencies)), slices.Sorted(maps.Keys(module.PeerDependencies)))
	}
	var order []string
	seen := make(map[string]bool)
	var visit func(name string)
	visit = func(name string) {
		if _, added := needs[name]; !added || seen[name] {
			return
		}
		seen[name] = true
		for _, need := range needs[name] {
			visit(need)
		}
		order = append(order, name)
	}
	for _, name := range slices.Sorted(maps.Keys(needs)) {
		visit(name)
	}
	return order, nil
}

// modules returns the names of the packages in the node_modules of a directory.
func modules(dir string) (names []string, err error) {
	for _, pattern := range []string{"[^.@]*", "@*/*"} {
		found, err := filepath.Glob(filepath.Join(dir, "node_modules", pattern, packageFile))
		if err != nil {
			return nil, err
		}
		for _, file := range found {
			name, err := filepath.Rel(filepath.Join(dir, "node_modules"), filepath.Dir(file))
			if err != nil {
				return nil, err
			}
			names = append(names, filepath.ToSlash(name))
		}
	}
	return names, nil
}
