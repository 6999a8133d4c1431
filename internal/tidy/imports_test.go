// Package tidy checks the repository itself: that the code keeps to the map,
// that packages introduce themselves and name their files, that links lead somewhere,
// that every library has its reason.
package tidy

import (
	"os"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"
)

// A rule is one line of the imports block: what the packages that it is for may
// import.
type rule struct {
	packages string // a pattern
	allowed  []string
	met      bool            // by a package
	used     map[string]bool // those of allowed that a package needs
}

// TestImports holds the code to the imports block of ARCHITECTURE.md, so the
// map that people read cannot drift from the program: nobody imports what the block
// does not allow, and it allows nothing that nobody imports.
func TestImports(t *testing.T) {
	rules := readRules(t)
	for _, system := range []string{"linux", "darwin"} { // some files are for one of them
		for _, p := range listPackages(t, system) {
			if strings.HasPrefix(p.path, "test/") {
				continue // a test may drive anything
			}
			// The first line that matches counts, so the special stands above the general.
			i := slices.IndexFunc(rules, func(r *rule) bool { return match(r.packages, p.path, p.path) })
			if i < 0 {
				t.Errorf("%s has no line in ARCHITECTURE.md", p.path)
				continue
			}
			rules[i].hold(t, p)
		}
	}
	for _, r := range rules {
		for _, a := range r.allowed {
			if !r.used[a] && !toCome(rules, a) {
				t.Errorf("ARCHITECTURE.md lets %s import %s, which nobody does", r.packages, a)
			}
		}
	}
}

// hold reports what p imports against the rule, and notes what it needs of it.
func (r *rule) hold(t *testing.T, p pkg) {
	r.met = true
	for _, imported := range p.imports {
		ok := false
		for _, a := range r.allowed {
			if match(a, p.path, imported) {
				r.used[a], ok = true, true
			}
		}
		if !ok {
			t.Errorf("%s imports %s, which ARCHITECTURE.md does not allow", p.path, imported)
		}
	}
}

// toCome reports whether a is a package that has a line and is not there yet.
func toCome(rules []*rule, a string) bool {
	return slices.ContainsFunc(rules, func(r *rule) bool { return r.packages == a && !r.met })
}

func readRules(t *testing.T) []*rule {
	doc, err := os.ReadFile("../../ARCHITECTURE.md")
	if err != nil {
		t.Fatal(err)
	}
	_, block, found := strings.Cut(string(doc), "```imports\n")
	block, _, closed := strings.Cut(block, "```")
	if !found || !closed {
		t.Fatal("ARCHITECTURE.md has no imports block")
	}
	var rules []*rule
	for line := range strings.Lines(block) {
		if f := strings.Fields(line); len(f) > 0 {
			rules = append(rules, &rule{packages: f[0], allowed: f[1:], used: map[string]bool{}})
		}
	}
	return rules
}

// A pkg is a package of ours, and those of ours that it imports; tests aside.
type pkg struct {
	path    string // without the module's
	imports []string
}

func listPackages(t *testing.T, system string) []pkg {
	cmd := exec.Command("go", "list", "-e", "-f", `{{.Module.Path}} {{.ImportPath}} {{join .Imports " "}}`, "../../...")
	cmd.Env = append(os.Environ(), "GOOS="+system)
	list, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var all []pkg
	for line := range strings.Lines(string(list)) {
		f := strings.Fields(line)
		module := f[0] + "/"
		p := pkg{path: strings.TrimPrefix(f[1], module)}
		for _, imported := range f[2:] {
			if path, ours := strings.CutPrefix(imported, module); ours {
				p.imports = append(p.imports, path)
			}
		}
		all = append(all, p)
	}
	return all
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
