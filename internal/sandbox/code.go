package sandbox

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
)

const (
	treeDir  = "task" // the unpacked package, within its directory of the cache
	sizeFile = "size" // how many bytes it has, in decimal
	halfMade = ".new-"
)

// codeCache holds unpacked packages: each once, however many environments use
// it. What nobody uses is kept as long as there is room.
type codeCache struct {
	dir      string
	maxBytes int64 // of packages that nobody uses

	mu      sync.Mutex
	entries map[string]*codeEntry
	unused  []*codeEntry // least recently used first
	bytes   int64        // of unused
}

// codeEntry is one package.
type codeEntry struct {
	name  string
	users int
	size  int64
	ready chan struct{} // closed when it is unpacked, or has failed to be
	err   error
}

func newCodeCache(dir string, maxBytes int64) (*codeCache, error) {
	c := &codeCache{dir: dir, maxBytes: maxBytes, entries: make(map[string]*codeEntry)}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("make a place for code: %w", err)
	}
	found, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("look for code: %w", err)
	}
	for _, d := range found {
		size, err := readSize(filepath.Join(dir, d.Name()))
		if err != nil || strings.HasPrefix(d.Name(), halfMade) {
			if err := os.RemoveAll(filepath.Join(dir, d.Name())); err != nil {
				return nil, fmt.Errorf("remove half unpacked code: %w", err)
			}
			continue
		}
		e := &codeEntry{name: d.Name(), size: size, ready: make(chan struct{})}
		close(e.ready)
		c.entries[e.name] = e
		c.retireLocked(e)
	}
	return c, nil
}

func readSize(dir string) (int64, error) {
	data, err := os.ReadFile(filepath.Join(dir, sizeFile))
	if err != nil {
		return 0, err
	}
	return strconv.ParseInt(string(data), 10, 64)
}

// held is an entry of the cache for as long as it is used.
type held struct {
	name    string
	dir     string
	size    int64 // bytes
	release func()
}

// hold returns the entry of a name, which fill makes, in a directory of its own,
// if it is not there.
func (c *codeCache) hold(ctx context.Context, name string, fill func(tree string) (int64, error)) (held, error) {
	e, first := c.enter(name)
	if first {
		e.size, e.err = c.make(filepath.Join(c.dir, e.name), fill)
		close(e.ready)
	} else {
		select {
		case <-e.ready:
		case <-ctx.Done():
			c.leave(e)
			return held{}, ctx.Err()
		}
	}
	if e.err != nil {
		c.leave(e)
		return held{}, e.err
	}
	return held{
		name: e.name, dir: filepath.Join(c.dir, e.name, treeDir), size: e.size,
		release: sync.OnceFunc(func() { c.leave(e) }),
	}, nil
}

// name is what a package is called in the cache, whatever its SHA256 looks like.
func (code Code) name() string {
	sum := sha256.Sum256([]byte(code.SHA256))
	return hex.EncodeToString(sum[:16])
}

// enter notes one more user of an entry; the first has to fill it.
func (c *codeCache) enter(name string) (e *codeEntry, first bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.entries[name]
	if !ok {
		e = &codeEntry{name: name, ready: make(chan struct{})}
		c.entries[name] = e
	}
	if ok && e.users == 0 {
		for i, u := range c.unused {
			if u == e {
				c.unused = append(c.unused[:i], c.unused[i+1:]...)
				c.bytes -= e.size
				break
			}
		}
	}
	e.users++
	return e, !ok
}

func (c *codeCache) leave(e *codeEntry) {
	c.mu.Lock()
	defer c.mu.Unlock()
	// What failed is forgotten at once, so that the next user tries again.
	if e.err != nil && c.entries[e.name] == e {
		delete(c.entries, e.name)
	}
	e.users--
	if e.users == 0 && e.err == nil {
		c.retireLocked(e)
	}
}

// retireLocked keeps an entry that nobody uses, at the price of the oldest.
func (c *codeCache) retireLocked(e *codeEntry) {
	c.unused = append(c.unused, e)
	c.bytes += e.size
	for c.bytes > c.maxBytes {
		oldest := c.unused[0]
		c.unused = c.unused[1:]
		c.bytes -= oldest.size
		delete(c.entries, oldest.name)
		_ = os.RemoveAll(filepath.Join(c.dir, oldest.name)) // found again at the next start
	}
}

// make fills a directory beside its place and moves it there in one piece.
func (c *codeCache) make(to string, fill func(tree string) (int64, error)) (size int64, err error) {
	temp, err := os.MkdirTemp(c.dir, halfMade)
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(temp)
	tree := filepath.Join(temp, treeDir)
	if err := os.Mkdir(tree, 0o755); err != nil {
		return 0, err
	}
	if size, err = fill(tree); err != nil {
		return 0, err
	}
	if err := os.WriteFile(filepath.Join(temp, sizeFile), strconv.AppendInt(nil, size, 10), 0o644); err != nil {
		return 0, err
	}
	// 0755 in the face of any mask: environments run as another user.
	if err := errors.Join(os.Chmod(temp, 0o755), os.Chmod(tree, 0o755)); err != nil {
		return 0, err
	}
	return size, os.Rename(temp, to)
}

// unpack fetches a package and unpacks it into a directory.
func (code Code) unpack(ctx context.Context, tree string) (size int64, err error) {
	p, err := code.Open(ctx)
	if err != nil {
		return 0, fmt.Errorf("fetch the function's code: %w", err)
	}
	defer p.Close()
	if size, err = unzip(p, tree, maxUnzippedBytes); err != nil {
		return 0, fmt.Errorf("unpack the function's code: %w", err)
	}
	return size, nil
}
