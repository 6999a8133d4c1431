// Package tidy checks the repository itself: that the code keeps to the map,
// that packages introduce themselves, that links lead somewhere.
package tidy

import (
	"os"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"
)

// TestImports holds the code to the imports block of ARCHITECTURE.md, so the
// map that people read cannot drift from the program.
func TestImports(t *testing.T) {
	doc, err := os.ReadFile("../../ARCHITECTURE.md")
	if err != nil {
		t.Fatal(err)
	}
	_, block, found := strings.Cut(string(doc), "```imports\n")
	block, _, closed := strings.Cut(block, "```")
	if !found || !closed {
		t.Fatal("ARCHITECTURE.md has no imports block")
	}
	list, err := exec.Command("go", "list", "-e", "-f", `{{.Module.Path}} {{.ImportPath}} {{join .Imports " "}}`, "../../...").Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(list)) {
		f := strings.Fields(line)
		module, pkg := f[0]+"/", strings.TrimPrefix(f[1], f[0]+"/")
		if strings.HasPrefix(pkg, "test/") {
			continue // a test may drive anything
		}
		allowed, ok := ruleFor(block, pkg)
		if !ok {
			t.Errorf("%s has no line in ARCHITECTURE.md", pkg)
			continue
		}
		for _, imp := range f[2:] {
			to, ours := strings.CutPrefix(imp, module)
			if ours && !slices.ContainsFunc(allowed, func(p string) bool { return match(p, pkg, to) }) {
				t.Errorf("%s imports %s, which ARCHITECTURE.md does not allow", pkg, to)
			}
		}
	}
}

// ruleFor returns what pkg may import. The first line that matches counts, so
// the special stands above the general.
func ruleFor(block, pkg string) (allowed []string, ok bool) {
	for line := range strings.Lines(block) {
		if f := strings.Fields(line); len(f) > 0 && match(f[0], pkg, pkg) {
			return f[1:], true
		}
	}
	return nil, false
}

// match reads * as one element of a path, a closing /... as any depth, and a
// leading ./ as the importing package itself.
func match(pattern, from, pkg string) bool {
	pattern = strings.Replace(pattern, "./", from+"/", 1)
	if root, ok := strings.CutSuffix(pattern, "/..."); ok {
		return pkg == root || strings.HasPrefix(pkg, root+"/")
	}
	ok, _ := path.Match(pattern, pkg)
	return ok
}
