package runtime

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// fakeNPM puts a program of the name npm into the search path. It notes how it
// was called, and makes a Node that says its version, unless the version is one
// of those that it does not have.
func fakeNPM(t *testing.T, missing ...string) (calls func() []string) {
	t.Helper()
	dir := t.TempDir()
	note := filepath.Join(dir, "calls")
	script := `#!/bin/sh
echo "$*" >> ` + note + `
for a in "$@"; do
	case "$a" in
	` + strings.Join(append(missing, "none-such"), "|") + `) echo "npm error notarget $a"; exit 1;;
	node-*@*) v=${a##*@}; mkdir -p "$PWD/` + filepath.Dir(nodeBinary()) + `"
		printf '#!/bin/sh\necho v%s\n' "$v" > "$PWD/` + nodeBinary() + `"; chmod 700 "$PWD/` + nodeBinary() + `";;
	esac
done
`
	if err := os.WriteFile(filepath.Join(dir, "npm"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":/usr/bin:/bin")
	return func() []string {
		data, _ := os.ReadFile(note)
		return strings.Split(strings.TrimSpace(string(data)), "\n")
	}
}

func quiet(string) {}

func TestInstallBringsTheVersionAskedForWithTheSDKOfItsDay(t *testing.T) {
	calls := fakeNPM(t)
	p := NewPacks(filepath.Join(t.TempDir(), "packs"))
	if _, err := p.Program("nodejs6.10"); !errors.Is(err, ErrNotInstalled) {
		t.Fatalf("Program = %v before it is installed", err)
	}
	var lines []string
	if err := p.Install(t.Context(), "nodejs6.10", func(l string) { lines = append(lines, l) }); err != nil {
		t.Fatal(err)
	}
	got := calls()
	if len(got) != 2 || !strings.HasSuffix(got[0], nodePackage()+"@6.10.3") || !strings.HasSuffix(got[1], "aws-sdk@2.290.0 dynamodb-doc@1.0.0") {
		t.Errorf("npm was called as %q", got)
	}
	if len(lines) < 3 || !strings.Contains(lines[len(lines)-1], "nodejs6.10: ready") {
		t.Errorf("progress = %q", lines)
	}
	packs, err := p.Installed()
	if err != nil || len(packs) != 1 || packs[0].Runtime != "nodejs6.10" || packs[0].Version != "6.10.3" || packs[0].Dir != p.Path("nodejs6.10") {
		t.Errorf("Installed = %+v, %v", packs, err)
	}
	info, err := os.Stat(filepath.Join(p.Path("nodejs6.10"), nodeBinary()))
	if err != nil || info.Mode().Perm() != 0o755 {
		t.Errorf("mode of Node = %v, %v; others have to run it", info.Mode(), err)
	}
	if err := p.Install(t.Context(), "nodejs6.10", quiet); err != nil || len(calls()) != 2 {
		t.Errorf("a second Install = %v, with %d calls of npm in all, want 2", err, len(calls()))
	}
}

func TestTheFirstRuntimesOfNodeShareAPack(t *testing.T) {
	calls := fakeNPM(t)
	p := NewPacks(t.TempDir())
	for _, identifier := range []string{"nodejs", "nodejs4.3", "nodejs4.3-edge"} {
		if err := p.Install(t.Context(), identifier, quiet); err != nil {
			t.Fatal(err)
		}
		if program, err := p.Program(identifier); err != nil || program.Runs != "nodejs 4.3.2" || program.Runtime.Identifier != identifier {
			t.Errorf("Program of %s = %+v, %v", identifier, program, err)
		}
	}
	if got := calls(); len(got) != 2 {
		t.Errorf("npm was called as %q, want once for all", got)
	}
}

func TestInstallTakesTheNearestVersionWhereOneIsMissing(t *testing.T) {
	fakeNPM(t, nodePackage()+"@6.10.3")
	p := NewPacks(t.TempDir())
	if err := p.Install(t.Context(), "nodejs6.10", quiet); err != nil {
		t.Fatal(err)
	}
	program, err := p.Program("nodejs6.10")
	if err != nil || program.Runs != "nodejs 6" {
		t.Errorf("Program = %+v, %v; want what really runs", program, err)
	}
}

func TestInstallFailsWithoutATrace(t *testing.T) {
	for _, tt := range []struct {
		name, identifier, want string
		prepare                func(t *testing.T)
	}{
		{"no registry", "nodejs22.x", "npm error notarget " + nodePackage() + "@22", func(t *testing.T) { fakeNPM(t, nodePackage()+"@22") }},
		{"no npm", "nodejs22.x", `needs "npm", which is not on this machine: install the package "npm"`, func(t *testing.T) { t.Setenv("PATH", t.TempDir()) }},
		{"no such runtime", "cobol", `no runtime has the identifier "cobol"`, func(t *testing.T) {}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.prepare(t)
			dir := t.TempDir()
			p := NewPacks(dir)
			err := p.Install(t.Context(), tt.identifier, quiet)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Install = %v, want %q", err, tt.want)
			}
			left, _ := filepath.Glob(filepath.Join(dir, "*"))
			left = slices.DeleteFunc(left, func(name string) bool { return strings.HasSuffix(name, ".lock") })
			if len(left) > 0 {
				t.Errorf("%v are left", left)
			}
		})
	}
}

func TestInstallsAtOneTimeDoTheWorkOnce(t *testing.T) {
	calls := fakeNPM(t)
	dir := t.TempDir()
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if err := NewPacks(dir).Install(t.Context(), "nodejs20.x", quiet); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := len(calls()); n != 2 {
		t.Errorf("npm was called %d times, want 2", n)
	}
}

func TestInstallStopsWaitingWhenItsCallerDoes(t *testing.T) {
	fakeNPM(t)
	dir := t.TempDir()
	unlock, err := lock(t.Context(), filepath.Join(dir, ".nodejs20.x.lock"))
	if err != nil {
		t.Fatal(err)
	}
	defer unlock()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := NewPacks(dir).Install(ctx, "nodejs20.x", quiet); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Install = %v, want that its time is over", err)
	}
}

func TestPacksOfAnotherListOfPackagesAreReplaced(t *testing.T) {
	calls := fakeNPM(t)
	p := NewPacks(t.TempDir())
	if err := p.Install(t.Context(), "nodejs6.10", quiet); err != nil {
		t.Fatal(err)
	}
	manifest := filepath.Join(p.Path("nodejs6.10"), manifestFile)
	if err := os.WriteFile(manifest, []byte(`{"Runtime":"nodejs6.10","Packages":["aws-sdk@1"]}`), 0o644); err != nil {
		t.Fatal(err)
	}
	if packs, err := p.Installed(); err != nil || len(packs) != 0 {
		t.Errorf("Installed = %v, %v", packs, err)
	}
	if err := p.Install(t.Context(), "nodejs6.10", quiet); err != nil || len(calls()) != 4 {
		t.Errorf("Install = %v, with %d calls of npm, want 4", err, len(calls()))
	}
}

func TestNearestInterpreter(t *testing.T) {
	found := []interpreter{{Version: [3]int{3, 9, 1}}, {Version: [3]int{3, 11, 2}}, {Version: [3]int{3, 13, 0}}}
	for _, tt := range []struct{ version, want string }{
		{"3.11", "3.11.2"}, {"3.12", "3.13.0"}, {"3.10", "3.11.2"}, {"3.6", "3.9.1"}, {"2.7", "3.9.1"}, {"3.14", "3.13.0"},
	} {
		if i, ok := nearest(found, tt.version); !ok || i.version() != tt.want {
			t.Errorf("nearest to %s = %s, want %s", tt.version, i.version(), tt.want)
		}
	}
	if _, ok := nearest(nil, "3.12"); ok {
		t.Error("an interpreter was found where there is none")
	}
}

func TestMissingPythonSaysWhatToInstall(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, err := NewPacks(t.TempDir()).Program("python3.12")
	if e, ok := errors.AsType[*MissingError](err); !ok || e.Package != "python3" || e.For != "python3.12" {
		t.Errorf("Program = %v", err)
	}
}

func TestTableIsConsistent(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range All() {
		if seen[r.Identifier] {
			t.Errorf("%s is there twice", r.Identifier)
		}
		seen[r.Identifier] = true
		if !strings.HasPrefix(r.Identifier, string(r.Family)) {
			t.Errorf("%s is of the family %s", r.Identifier, r.Family)
		}
	}
	if !slices.IsSortedFunc(table[:13], func(a, b Runtime) int { return int(a.Era - b.Era) }) {
		t.Error("the eras of Node are out of order")
	}
}

func TestProgramTellsWhereThingsAre(t *testing.T) {
	fakeNPM(t)
	p := NewPacks(t.TempDir())
	if err := p.Install(t.Context(), "nodejs22.x", quiet); err != nil {
		t.Fatal(err)
	}
	program, err := p.Program("nodejs22.x")
	if err != nil {
		t.Fatal(err)
	}
	at := Place{Path: func(s string) string { return "/box" + s }, MemoryMB: 100, Socket: "/run/s"}
	args, err := program.Args(at)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Join(args, " "), "/box/var/lang/bin/node --max-old-space-size=90 /box/var/runtime/index.js /run/s"; got != want {
		t.Errorf("Args = %s, want %s", got, want)
	}
	at.Variable = func(name string) string { return map[string]string{"AWS_LAMBDA_EXEC_WRAPPER": "/opt/wrapper"}[name] }
	wrapped, err := program.Args(at)
	if err != nil {
		t.Fatal(err)
	}
	if last := wrapped[len(wrapped)-1]; last != "/box/var/runtime/index.js" {
		t.Errorf("Args for a wrapper = %s, want the bootstrap last", wrapped)
	}
	if got := program.Env(at); len(got) != 1 || !strings.HasPrefix(got[0], "NODE_PATH=/box/opt/nodejs/node22/node_modules:/box/opt/nodejs/node_modules:/box/var/runtime/node_modules:") {
		t.Errorf("Env = %q", got)
	}
	for _, f := range program.Files {
		if f.Link != "" {
			continue
		}
		if _, err := os.Stat(f.Source); err != nil {
			t.Errorf("%s: %v", f.Target, err)
		}
	}
}
