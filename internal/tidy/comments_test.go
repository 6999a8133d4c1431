package tidy

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestEveryPackageIntroducesItself wants a package comment in each package
// that has more than tests.
func TestEveryPackageIntroducesItself(t *testing.T) {
	documented := map[string]bool{}
	walk(t, ".go", func(file string) {
		if strings.HasSuffix(file, "_test.go") {
			return
		}
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments|parser.PackageClauseOnly)
		if err != nil {
			t.Errorf("%s: %v", file, err)
			return
		}
		dir := filepath.Dir(file)
		documented[dir] = documented[dir] || f.Doc != nil
	})
	for dir, ok := range documented {
		if !ok {
			t.Errorf("%s: no file has a package comment", dir)
		}
	}
}

// fileName is a file of a package, as the package's comment names it; a star
// stands for several.
var fileName = regexp.MustCompile(`[\w*]+\.go\b`)

// TestPackageCommentsNameFilesThatAreThere holds the maps in package comments
// against the folders. What a map leaves out is its author's choice.
func TestPackageCommentsNameFilesThatAreThere(t *testing.T) {
	walk(t, ".go", func(file string) {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments|parser.PackageClauseOnly)
		if err != nil || f.Doc == nil {
			return
		}
		for _, name := range fileName.FindAllString(f.Doc.Text(), -1) {
			if there, err := filepath.Glob(filepath.Join(filepath.Dir(file), name)); len(there) == 0 {
				t.Errorf("%s names %s, which is not there (%v)", file, name, err)
			}
		}
	})
}

// TestFilesStayRooms bounds the length of files that are written by hand: one
// that everybody needs to change is a design asking for a change.
func TestFilesStayRooms(t *testing.T) {
	const most = 500
	walk(t, ".go", func(file string) {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(string(text), "// Code generated") || strings.HasSuffix(file, "_test.go") {
			return
		}
		if n := strings.Count(string(text), "\n"); n > most {
			t.Errorf("%s has %d lines, more than %d", file, n, most)
		}
	})
}

// walk calls f for each file of the repository with that ending.
func walk(t *testing.T, ending string, f func(file string)) {
	t.Helper()
	err := filepath.WalkDir("../..", func(file string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && len(name) > 2 && (strings.HasPrefix(name, ".") || name == "node_modules" || name == "bin") {
			return filepath.SkipDir
		}
		if !d.IsDir() && strings.HasSuffix(name, ending) {
			f(file)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
