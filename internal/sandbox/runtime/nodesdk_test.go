package runtime

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// fakeRegistry puts a program of the name npm into the search path that installs
// packages as the client does, each as big as its description: client-new needs
// middleware-new, client-old needs another @smithy/core than the pack has, and
// client-none is not there. It notes how it was called; if the file "gone" is in its
// directory, it fails as if there were no network.
func fakeRegistry(t *testing.T) (dir string, calls func() []string) {
	t.Helper()
	dir = t.TempDir()
	script := `#!/bin/sh
echo "$*" >> ` + dir + `/calls
[ ! -e ` + dir + `/gone ] || { echo "npm error code ECONNREFUSED" >&2; exit 1; }
case "$*" in *client-none*) echo "npm error code E404" >&2; exit 1;; esac
put() {
	mkdir -p "$PWD/node_modules/$1"
	rm -f "$PWD/node_modules/$1/package.json"
	printf '{"name": "%s", "version": "%s", "dependencies": {%s}}' "$1" "$2" "$3" > "$PWD/node_modules/$1/package.json"
}
for a in "$@"; do
	case "$a" in
	node-*@*) mkdir -p "$PWD/` + filepath.Dir(nodeBinary()) + `"
		printf '#!/bin/sh\necho v22.1.0\n' > "$PWD/` + nodeBinary() + `"; chmod 700 "$PWD/` + nodeBinary() + `";;
	@aws-sdk/client-new*) put @aws-sdk/middleware-new 1.0.0; put @aws-sdk/client-new 3.9.0 '"@aws-sdk/middleware-new": "^1"';;
	@aws-sdk/client-old*) put @smithy/core 1.0.0; put @aws-sdk/client-old 3.2.0 '"@smithy/core": "^1"';;
	@*/*) n=@${a#@}; n=${n%@*}; [ -n "$n" ] || n=$a; put "$n" 3.10.0; put @smithy/core 2.0.0;;
	esac
done
echo '{"asked": "'"$*"'"}' > "$PWD/package.json"
`
	if err := os.WriteFile(filepath.Join(dir, "npm"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":/usr/bin:/bin")
	return dir, func() []string {
		data, _ := os.ReadFile(filepath.Join(dir, "calls"))
		return strings.Split(strings.TrimSpace(string(data)), "\n")
	}
}

// installed returns packs with that of nodejs22.x.
func installed(t *testing.T) *Packs {
	t.Helper()
	p := NewPacks(t.TempDir())
	if err := p.Install(t.Context(), "nodejs22.x", quiet); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *Packs) has(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		if !hasModule(p.Path("nodejs22.x"), name) {
			t.Errorf("%s is not in the pack", name)
		}
	}
}

func TestCompleteBringsWhatAFunctionRequires(t *testing.T) {
	_, calls := fakeRegistry(t)
	p := installed(t)
	task := mapFS(map[string]string{"index.js": `require("@aws-sdk/client-new"); require("@aws-sdk/client-s3"); require("@smithy/extra")`})
	var lines []string
	for range 2 {
		if err := p.Complete(t.Context(), "nodejs22.x", task, nil, func(l string) { lines = append(lines, l) }); err != nil {
			t.Fatal(err)
		}
	}
	p.has(t, "@aws-sdk/client-new", "@aws-sdk/middleware-new", "@smithy/extra", "@aws-sdk/client-s3", nodePackage())
	got := calls()
	if len(got) != 3 || !strings.HasSuffix(got[2], " @aws-sdk/client-new@<=3.10.0 @smithy/extra") || !strings.Contains(got[2], "--ignore-scripts") {
		t.Errorf("npm was called as %q", got)
	}
	if len(lines) != 2 || !strings.HasPrefix(lines[0], "nodejs22.x: fetching @aws-sdk/client-new, @smithy/extra") || !strings.HasPrefix(lines[1], "nodejs22.x: added") {
		t.Errorf("progress = %q", lines)
	}
	pack, err := p.Find("nodejs22.x")
	if err != nil || !slices.Equal(pack.Added, []string{"@aws-sdk/client-new", "@smithy/extra"}) {
		t.Errorf("pack = %+v, %v", pack, err)
	}
	left, _ := filepath.Glob(filepath.Join(p.dir, ".new-*"))
	if len(left) > 0 {
		t.Errorf("%v are left", left)
	}
}

func TestCompleteAsksForWhatIsNotThereOnceADay(t *testing.T) {
	_, calls := fakeRegistry(t)
	p := installed(t)
	task := mapFS(map[string]string{"index.js": `require("@aws-sdk/client-none"); require("@aws-sdk/client-new")`})
	for range 2 {
		if err := p.Complete(t.Context(), "nodejs22.x", task, nil, quiet); err != nil {
			t.Fatal(err)
		}
	}
	p.has(t, "@aws-sdk/client-new")
	if got := len(calls()); got != 2+3 { // the pack, both at once, each by itself
		t.Errorf("npm was called %d times: %q", got, calls())
	}
	pack, err := p.Find("nodejs22.x")
	if err != nil {
		t.Fatal(err)
	}
	pack.Absent["@aws-sdk/client-none"] = time.Now().Add(-25 * time.Hour)
	if err := pack.write(pack.Dir); err != nil {
		t.Fatal(err)
	}
	if err := p.Complete(t.Context(), "nodejs22.x", task, nil, quiet); err != nil || len(calls()) != 6 {
		t.Errorf("Complete = %v, a day later, with %d calls of npm in all, want 6", err, len(calls()))
	}
}

func TestCompleteLeavesOtherRuntimesAlone(t *testing.T) {
	_, calls := fakeRegistry(t)
	p := NewPacks(t.TempDir())
	task := mapFS(map[string]string{"index.js": `require("@aws-sdk/client-new")`})
	for _, identifier := range []string{"nodejs16.x", "python3.12", "provided.al2023", "cobol"} {
		if err := p.Complete(t.Context(), identifier, task, nil, quiet); err != nil {
			t.Errorf("Complete of %s = %v", identifier, err)
		}
	}
	if got := calls(); got[0] != "" {
		t.Errorf("npm was called as %q", got)
	}
}

func TestCompleteFailsWhereTheRegistryCannotBeReached(t *testing.T) {
	dir, calls := fakeRegistry(t)
	p := installed(t)
	if err := os.WriteFile(filepath.Join(dir, "gone"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	task := mapFS(map[string]string{"index.js": `require("@aws-sdk/client-new"); require("@aws-sdk/client-later")`})
	err := p.Complete(t.Context(), "nodejs22.x", task, nil, quiet)
	if err == nil || !strings.Contains(err.Error(), "ECONNREFUSED") {
		t.Errorf("Complete = %v", err)
	}
	if got := len(calls()); got != 2+2 {
		t.Errorf("npm was called %d times; want no more than it takes", got)
	}
	if err := os.Remove(filepath.Join(dir, "gone")); err != nil {
		t.Fatal(err)
	}
	err = p.Complete(t.Context(), "nodejs22.x", task, nil, quiet)
	if err == nil || !strings.Contains(err.Error(), "is tried again in 5m0s") || len(calls()) != 2+2 {
		t.Errorf("Complete = %v, right after that, with %d calls", err, len(calls()))
	}
	p.unreachable.Store(0)
	if err := p.Complete(t.Context(), "nodejs22.x", task, nil, quiet); err != nil {
		t.Errorf("Complete = %v, when the registry is back", err)
	}
	p.has(t, "@aws-sdk/client-new", "@aws-sdk/client-later")
}

func TestAddChangesNothingThatIsThere(t *testing.T) {
	fakeRegistry(t)
	p := installed(t)
	core := filepath.Join(p.Path("nodejs22.x"), "node_modules/@smithy/core/package.json")
	before, err := os.ReadFile(core)
	if err != nil {
		t.Fatal(err)
	}
	err = p.Add(t.Context(), "nodejs22.x", []string{"@aws-sdk/client-old"}, quiet)
	if err == nil || !strings.Contains(err.Error(), "they need another version of @smithy/core than the pack has") {
		t.Errorf("Add = %v", err)
	}
	after, err := os.ReadFile(core)
	if err != nil || string(after) != string(before) {
		t.Errorf("@smithy/core is %s, %v; was %s", after, err, before)
	}
	if hasModule(p.Path("nodejs22.x"), "@aws-sdk/client-old") {
		t.Error("a package is there without what it needs")
	}
}

func TestAddRefuses(t *testing.T) {
	fakeRegistry(t)
	p := installed(t)
	for _, tt := range []struct{ name, identifier, pkg, want string }{
		{"a package of strangers", "nodejs22.x", "left-pad", `"left-pad" is no package of the SDK: they are called @aws-sdk/… and @smithy/…`},
		{"what is more than a name", "nodejs22.x", "@aws-sdk/client-new@latest", `"@aws-sdk/client-new@latest" is no package of the SDK`},
		{"a path", "nodejs22.x", "@aws-sdk/../x", `"@aws-sdk/../x" is no package of the SDK`},
		{"a name that the registry does not have", "nodejs22.x", "@aws-sdk/client-none", "the registry has no package @aws-sdk/client-none that fits"},
		{"a runtime with an SDK of one piece", "nodejs6.10", "@aws-sdk/client-new", "nodejs6.10 carries no packages of @aws-sdk"},
		{"a runtime that is not installed", "nodejs20.x", "@aws-sdk/client-new", "nodejs20.x: runtime is not installed"},
		{"no runtime", "cobol", "@aws-sdk/client-new", `no runtime has the identifier "cobol"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := p.Add(t.Context(), tt.identifier, []string{tt.pkg}, quiet)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Add = %v, want %s", err, tt.want)
			}
		})
	}
}

func TestAdditionsAtOneTimeAllCome(t *testing.T) {
	_, calls := fakeRegistry(t)
	p := installed(t)
	names := []string{"@aws-sdk/client-new", "@aws-sdk/client-b", "@smithy/c", "@aws-sdk/client-new"}
	var wg sync.WaitGroup
	for _, name := range names {
		wg.Go(func() {
			if err := NewPacks(p.dir).Add(t.Context(), "nodejs22.x", []string{name}, quiet); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	p.has(t, names...)
	if got := len(calls()); got != 2+3 {
		t.Errorf("npm was called %d times, want 5", got)
	}
	pack, err := p.Find("nodejs22.x")
	if err != nil || len(pack.Added) != 3 {
		t.Errorf("Added = %q, %v", pack.Added, err)
	}
}

func TestWhatAPackNeedsAppearsBeforeIt(t *testing.T) {
	fakeRegistry(t)
	p := installed(t)
	pack, err := p.Find("nodejs22.x")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, needs := range map[string]string{"@aws-sdk/a": "@aws-sdk/z", "@aws-sdk/z": "plain", "plain": "@aws-sdk/a", "@aws-sdk/b": "@aws-sdk/client-s3"} {
		file := filepath.Join(dir, "node_modules", name, packageFile)
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(`{"dependencies":{"`+needs+`":"1"}}`), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	got, err := pack.addedIn(dir)
	if err != nil || strings.Join(got, " ") != "plain @aws-sdk/z @aws-sdk/a @aws-sdk/b" {
		t.Errorf("addedIn = %q, %v", got, err)
	}
}

func TestAPackThatIsMadeAnewHasAgainWhatWasAdded(t *testing.T) {
	fakeRegistry(t)
	p := installed(t)
	if err := p.Add(t.Context(), "nodejs22.x", []string{"@aws-sdk/client-new"}, quiet); err != nil {
		t.Fatal(err)
	}
	pack, err := p.Find("nodejs22.x")
	if err != nil {
		t.Fatal(err)
	}
	pack.Packages = []string{"@aws-sdk/client-s3@2"}
	if err := pack.write(pack.Dir); err != nil {
		t.Fatal(err)
	}
	if err := p.Install(t.Context(), "nodejs22.x", quiet); err != nil {
		t.Fatal(err)
	}
	p.has(t, "@aws-sdk/client-new", "@aws-sdk/middleware-new", "@aws-sdk/client-sqs")
}

func TestWhatAKilledServerHasLeftIsRemoved(t *testing.T) {
	fakeRegistry(t)
	p := installed(t)
	left, others := filepath.Join(p.dir, ".new-nodejs22.x-1"), filepath.Join(p.dir, ".new-nodejs20.x-1")
	for _, dir := range []string{left, others} {
		if err := os.MkdirAll(filepath.Join(dir, "node_modules"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.Add(t.Context(), "nodejs22.x", []string{"@aws-sdk/client-new"}, quiet); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(left); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("it is there still: %v", err)
	}
	if _, err := os.Stat(others); err != nil {
		t.Errorf("what another pack is made of is gone: %v", err)
	}
}
