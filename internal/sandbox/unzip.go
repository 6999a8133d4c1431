package sandbox

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

const (
	// maxUnzippedBytes is the largest package that Lambda takes, unzipped.
	maxUnzippedBytes = 262144000
	// maxEntries bounds what a package of empty files can do, and of directories.
	maxEntries = 200_000
	// maxDepth bounds how deep they lie: who removes a directory holds those open that
	// it is in.
	maxDepth = 128
	maxLink  = 4096
)

// unzip writes the files of a zip file into a directory, which may have so many
// bytes and no more, and returns how many they have. It believes nothing that the zip file says of itself: sizes
// are counted, and names that lead out of the directory are refused. Links may point
// anywhere: they are the function's own words, and only an environment follows them, in which
// the machine is not to be seen. Files keep whether they can be run and are readable for all;
// what is unzipped is never writable for functions, whatever its mode.
func unzip(p Package, dir string, limit int64) (int64, error) {
	z, err := zip.NewReader(p, p.Size())
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return 0, fmt.Errorf("open the package: %w", err)
	}
	if len(z.File) > maxEntries {
		return 0, errEntries
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return 0, err
	}
	defer root.Close()
	u := unzipper{root: root, limit: limit, left: limit, places: maxEntries, dirs: make(map[string]bool)}
	for _, f := range z.File {
		if err := u.entry(f); err != nil {
			return 0, fmt.Errorf("unzip %q: %w", f.Name, err)
		}
	}
	// Links come last, so that nothing is written through one.
	for _, l := range u.links {
		if err := root.Symlink(l.to, l.name); err != nil {
			return 0, fmt.Errorf("unzip %q: %w", l.name, err)
		}
	}
	return limit - u.left, nil
}

var errEntries = fmt.Errorf("the package has more than %d entries", maxEntries)

type unzipper struct {
	root   *os.Root
	limit  int64 // bytes in all
	left   int64 // bytes that may still come
	places int   // files and directories that may still come
	dirs   map[string]bool
	links  []link
}

type link struct{ name, to string }

func (u *unzipper) entry(f *zip.File) error {
	name := path.Clean(strings.TrimSuffix(f.Name, "/"))
	if !filepath.IsLocal(name) {
		return errors.New("the name leads out of the package")
	}
	if strings.Count(name, "/") >= maxDepth {
		return fmt.Errorf("the package has more than %d directories in each other", maxDepth)
	}
	if u.places--; u.places < 0 {
		return errEntries
	}
	mode := f.Mode()
	switch {
	case mode.IsDir():
		return u.mkdir(name)
	case mode&fs.ModeSymlink != 0:
		return u.link(f, name)
	case mode.IsRegular():
		return u.file(f, name)
	}
	return fmt.Errorf("packages have no entries of the kind %v", mode.Type())
}

// mkdir makes a directory, and those that it is in.
func (u *unzipper) mkdir(name string) error {
	if name == "." || u.dirs[name] {
		return nil
	}
	if err := u.mkdir(path.Dir(name)); err != nil {
		return err
	}
	if u.places--; u.places < 0 {
		return errEntries
	}
	u.dirs[name] = true
	return u.root.Mkdir(name, 0o755)
}

func (u *unzipper) file(f *zip.File, name string) error {
	if err := u.mkdir(path.Dir(name)); err != nil {
		return err
	}
	perm := fs.FileMode(0o644)
	if f.Mode()&0o111 != 0 {
		perm = 0o755
	}
	from, err := f.Open()
	if err != nil {
		return err
	}
	defer from.Close()
	to, err := u.root.OpenFile(name, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, perm)
	if err != nil {
		return err
	}
	n, err := io.Copy(to, io.LimitReader(from, u.left+1))
	u.left -= n
	if u.left < 0 {
		err = fmt.Errorf("the package is larger than %d bytes when unzipped", u.limit)
	}
	// Chmod, because the user's mask has taken what it takes from OpenFile's mode.
	return errors.Join(err, to.Chmod(perm), to.Close())
}

func (u *unzipper) link(f *zip.File, name string) error {
	from, err := f.Open()
	if err != nil {
		return err
	}
	defer from.Close()
	to, err := io.ReadAll(io.LimitReader(from, maxLink+1))
	if err != nil {
		return err
	}
	target := string(to)
	if target == "" || len(target) > maxLink || strings.ContainsRune(target, 0) {
		return errors.New("the link points nowhere")
	}
	if err := u.mkdir(path.Dir(name)); err != nil {
		return err
	}
	u.links = append(u.links, link{name, target})
	return nil
}
