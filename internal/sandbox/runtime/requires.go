package runtime

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
)

const (
	// maxRequired bounds how many packages one function can have us look for.
	maxRequired = 64
	// maxSDKName is the longest name of a package, after its scope.
	maxSDKName = 100
	// requiresBuffer is how much of a file is looked at at a time, and requiresOverlap
	// how much of it is looked at once more with what follows: more than the longest
	// require has.
	requiresBuffer  = 256 << 10
	requiresOverlap = 512
	// maxGap is how much white space, or comment, may lie between import and what is
	// imported.
	maxGap = 256
)

// sdkScopes are the scopes of npm's registry in which AWS, and nobody else, publishes
// the SDK for JavaScript, version 3.
var sdkScopes = []string{"@aws-sdk/", "@smithy/"}

// isSDKName reports whether a name is one that a package of the SDK could have.
func isSDKName(name string) bool {
	for _, scope := range sdkScopes {
		if rest, ok := strings.CutPrefix(name, scope); ok {
			n := sdkNameLen([]byte(rest))
			return n > 0 && n == len(rest)
		}
	}
	return false
}

// sdkNameLen returns how many bytes at the start are a name, without its scope:
// small letters, digits and single hyphens. It is 0 if there is none.
func sdkNameLen(text []byte) int {
	n := 0
	for n < len(text) && n <= maxSDKName {
		c := text[n]
		alnum := 'a' <= c && c <= 'z' || '0' <= c && c <= '9'
		if !alnum && (c != '-' || n == 0 || text[n-1] == '-') {
			break
		}
		n++
	}
	if n > maxSDKName || n > 0 && text[n-1] == '-' {
		return 0
	}
	return n
}

// requiredOfSDK returns the packages of the SDK which a function's code requires by
// name, and which are neither where Node would find them in that code nor in a layer,
// sorted, and no more than maxRequired of them. What the SDK's own packages require is
// their own affair. Names that are put together while the function runs are not found.
func requiredOfSDK(ctx context.Context, r Runtime, task, opt fs.FS) ([]string, error) {
	major, _, _ := strings.Cut(r.Version, ".")
	c := &requires{opt: opt, layers: []string{"nodejs/node_modules", "nodejs/node" + major + "/node_modules"}, missing: make(map[string]bool),
		buffer: make([]byte, requiresBuffer)}
	for _, tree := range []fs.FS{task, opt} {
		if tree == nil {
			continue
		}
		if err := c.walk(ctx, tree); err != nil {
			return nil, err
		}
	}
	names := make([]string, 0, len(c.missing))
	for name, missing := range c.missing {
		if missing {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names[:min(len(names), maxRequired)], nil
}

// requires gathers what code requires.
type requires struct {
	opt     fs.FS
	layers  []string // where modules of layers are, in opt
	missing map[string]bool
	buffer  []byte // of scanRequires
}

// walk looks through the JavaScript below one tree. Links are not followed.
func (c *requires) walk(ctx context.Context, tree fs.FS) error {
	return fs.WalkDir(tree, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		case d.IsDir() && ofSDK(name):
			return fs.SkipDir
		case !d.Type().IsRegular() || !isJavaScript(name):
			return nil
		}
		f, err := tree.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		return scanRequires(f, c.buffer, func(sdk string) { c.note(tree, path.Dir(name), sdk) })
	})
}

// note notes that what is in a directory requires a package.
func (c *requires) note(tree fs.FS, dir, name string) {
	if c.missing[name] || len(c.missing) >= 2*maxRequired {
		return
	}
	c.missing[name] = !c.found(tree, dir, name)
}

// found reports whether a package is where Node looks for it, before the pack.
func (c *requires) found(tree fs.FS, dir, name string) bool {
	for ; ; dir = path.Dir(dir) {
		if _, err := fs.Lstat(tree, path.Join(dir, "node_modules", name)); err == nil {
			return true
		}
		if dir == "." || dir == "/" {
			break
		}
	}
	if c.opt == nil {
		return false
	}
	for _, layer := range c.layers {
		if _, err := fs.Lstat(c.opt, path.Join(layer, name)); err == nil {
			return true
		}
	}
	return false
}

// ofSDK reports whether a directory is one that holds the SDK's own packages.
func ofSDK(dir string) bool {
	parent, scope := path.Split(dir)
	return path.Base(parent) == "node_modules" && slices.Contains(sdkScopes, scope+"/")
}

func isJavaScript(name string) bool {
	switch path.Ext(name) {
	case ".js", ".cjs", ".mjs":
		return true
	}
	return false
}

// scanRequires tells found of each package of the SDK which a text of JavaScript names
// in quotation marks after an opening parenthesis, "from" or "import", with or without
// a path in it: require("@aws-sdk/client-s3"), import("@smithy/types/x"), import * as s
// from '@aws-sdk/client-s3'. One name may be told more than once. The text need not be
// JavaScript; it is read once, through a buffer that is larger than requiresOverlap, and
// never held as a whole.
func scanRequires(r io.Reader, buffer []byte, found func(name string)) error {
	kept := 0
	for {
		n, err := io.ReadFull(r, buffer[kept:])
		text := buffer[:kept+n]
		for _, scope := range sdkScopes {
			scanScope(text, scope, found)
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil
		}
		if err != nil {
			return err
		}
		kept = copy(buffer, text[len(text)-requiresOverlap:])
	}
}

func scanScope(text []byte, scope string, found func(name string)) {
	for at := 0; ; {
		i := bytes.Index(text[at:], []byte(scope))
		if i < 0 {
			return
		}
		start := at + i
		at = start + len(scope)
		n := sdkNameLen(text[at:])
		end := at + n
		if n == 0 || end == len(text) || start == 0 {
			continue
		}
		quote, after := text[start-1], text[end]
		if isQuote(quote) && (after == quote || after == '/') && imports(text[:start-1]) {
			found(string(text[start:end]))
		}
	}
}

const blanks = " \t\r\n"

func isQuote(c byte) bool { return c == '"' || c == '\'' || c == '`' }

// imports reports whether a text ends with what comes before an imported name.
func imports(text []byte) bool {
	text = text[max(0, len(text)-maxGap):]
	text = bytes.TrimRight(text, blanks)
	if bytes.HasSuffix(text, []byte("*/")) { // bundlers are told by comments what to do
		text = bytes.TrimRight(text[:max(0, bytes.LastIndex(text, []byte("/*")))], blanks)
	}
	return bytes.HasSuffix(text, []byte("(")) || bytes.HasSuffix(text, []byte("from")) || bytes.HasSuffix(text, []byte("import"))
}
