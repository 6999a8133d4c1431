package sandbox

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"

	"cloudless/internal/sandbox/driver"
)

// Where a function's own package and its layers appear.
const (
	taskDir = "/var/task"
	optDir  = "/opt"
)

// contents is what a function brings into an environment, unpacked.
type contents struct {
	task    string // the directory of its package
	opt     string // the directory of its layers, or empty
	release func()
}

// files says where the contents appear.
func (c contents) files() []driver.File {
	if c.task == "" {
		return nil // no function yet
	}
	files := []driver.File{{Source: c.task, Target: taskDir}}
	if c.opt != "" {
		files = append(files, driver.File{Source: c.opt, Target: optDir})
	}
	return files
}

// extensions are the names of the programs that run beside the runtime.
func (c contents) extensions() []string {
	names := []string{}
	if c.opt == "" {
		return names
	}
	opt, err := os.OpenRoot(c.opt)
	if err != nil {
		return names
	}
	defer opt.Close()
	entries, err := fs.ReadDir(opt.FS(), "extensions")
	if err != nil {
		return names // no layer brings one
	}
	for _, e := range entries {
		if !e.IsDir() {
			names = append(names, e.Name())
		}
	}
	return names
}

// has reports whether a file is there, by the name that it has in an
// environment. Links are not followed out of it: they are the function's own words.
func (c contents) has(target string) bool {
	for _, f := range c.files() {
		name, inside := strings.CutPrefix(target, f.Target+"/")
		if !inside {
			continue
		}
		if isThere(f.Source, name) {
			return true
		}
	}
	return false
}

func isThere(dir, name string) bool {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return false
	}
	defer root.Close()
	_, err = root.Lstat(name)
	return err == nil
}

// contents returns what a function consists of, its package and its layers,
// which may be no larger together than Lambda takes.
func (c *codeCache) contents(ctx context.Context, fn *Function) (contents, error) {
	var all []held
	release := sync.OnceFunc(func() {
		for _, h := range all {
			h.release()
		}
	})
	var size int64
	for _, code := range append([]Code{fn.Code}, fn.Layers...) {
		h, err := c.hold(ctx, code.name(), func(tree string) (int64, error) { return code.unpack(ctx, tree) })
		if err != nil {
			release()
			return contents{}, err
		}
		all = append(all, h)
		size += h.size
	}
	if size > maxUnzippedBytes {
		release()
		return contents{}, fmt.Errorf("the function's code and its layers have %d bytes, more than %d", size, maxUnzippedBytes)
	}
	found := contents{task: all[0].dir, release: release}
	switch layers := all[1:]; len(layers) {
	case 0:
	case 1:
		found.opt = layers[0].dir
	default:
		h, err := c.merged(ctx, layers)
		if err != nil {
			release()
			return contents{}, err
		}
		all = append(all, h)
		found.opt = h.dir
	}
	return found, nil
}

// merged returns one directory with the files of several layers.
func (c *codeCache) merged(ctx context.Context, layers []held) (held, error) {
	sum := sha256.New()
	var size int64
	for _, l := range layers {
		fmt.Fprintf(sum, "%s\n", l.name)
		size += l.size
	}
	name := "layers-" + hex.EncodeToString(sum.Sum(nil)[:16])
	return c.hold(ctx, name, func(tree string) (int64, error) {
		root, err := os.OpenRoot(c.dir)
		if err != nil {
			return 0, err
		}
		defer root.Close()
		to, err := filepath.Rel(c.dir, tree)
		if err != nil {
			return 0, err
		}
		for _, l := range layers {
			if err := overlay(root, path.Join(l.name, treeDir), filepath.ToSlash(to)); err != nil {
				return 0, fmt.Errorf("merge the function's layers: %w", err)
			}
		}
		return size, nil
	})
}

// overlay adds the files below one directory to those below another, as further
// names of the same files where the file system has that. What was there under
// a name goes, unless both are directories. Parents are visited before what is
// in them, so that every one of them is a directory, and no link of an earlier
// layer leads the files of a later one elsewhere.
func overlay(root *os.Root, from, to string) error {
	return fs.WalkDir(root.FS(), from, func(name string, d fs.DirEntry, err error) error {
		if err != nil || name == from {
			return err
		}
		target := path.Join(to, strings.TrimPrefix(name, from))
		there, err := root.Lstat(target)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return err
		case there.IsDir() && d.IsDir():
			return nil
		default:
			if err := root.RemoveAll(target); err != nil {
				return err
			}
		}
		switch {
		case d.IsDir():
			if err := root.Mkdir(target, 0o755); err != nil {
				return err
			}
			return root.Chmod(target, 0o755) // whatever the user's mask says
		case d.Type()&fs.ModeSymlink != 0:
			link, err := root.Readlink(name)
			if err != nil {
				return err
			}
			return root.Symlink(link, target)
		}
		if root.Link(name, target) == nil {
			return nil
		}
		return copyFile(root, name, target)
	})
}

func copyFile(root *os.Root, name, target string) error {
	from, err := root.Open(name)
	if err != nil {
		return err
	}
	defer from.Close()
	info, err := from.Stat()
	if err != nil {
		return err
	}
	to, err := root.OpenFile(target, os.O_CREATE|os.O_EXCL|os.O_WRONLY, info.Mode().Perm())
	if err != nil {
		return err
	}
	_, err = io.Copy(to, from)
	return errors.Join(err, to.Chmod(info.Mode().Perm()), to.Close())
}
