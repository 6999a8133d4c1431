package runtime

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// fakeJava makes a Java of a version that does what a script says, and returns packs with
// it and an installed pack.
func fakeJava(t *testing.T, feature int, script string) (*Packs, jdk) {
	t.Helper()
	p := NewPacks(filepath.Join(t.TempDir(), "packs"))
	dir := home(t, t.TempDir(), "java", "x")
	pack := Pack{Runtime: "java17", Packages: javaClient, Dir: p.Path("java17")}
	err := errors.Join(
		os.WriteFile(filepath.Join(dir, "bin", "java"), []byte("#!/bin/bash\necho \"$*\" >> "+dir+"/calls\n"+script), 0o755),
		os.MkdirAll(filepath.Join(dir, "lib"), 0o755), os.WriteFile(filepath.Join(dir, "lib", "modules"), []byte("x"), 0o644),
		os.MkdirAll(filepath.Join(pack.Dir, "lib"), 0o755), pack.write(pack.Dir))
	if err != nil {
		t.Fatal(err)
	}
	j := jdk{home: dir, version: "17.0.1", feature: feature}
	p.probeJava.Do(func() { p.foundJava = []jdk{j} })
	return p, j
}

// answers speaks the Runtime API until its event is answered, and writes an archive when it
// is told to end.
const answers = `
for a in "$@"; do case "$a" in -XX:ArchiveClassesAtExit=*) to=${a#*=};; esac; done
trap 'printf classes > "$to"; exit 143' TERM
say() {
	exec 3<>"/dev/tcp/${AWS_LAMBDA_RUNTIME_API%:*}/${AWS_LAMBDA_RUNTIME_API#*:}"
	printf '%s HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}' "$1" >&3
	cat <&3
}
say "GET /2018-06-01/runtime/invocation/next" | grep -qi 'Lambda-Runtime-Aws-Request-Id' || exit 1
say "POST /2018-06-01/runtime/invocation/00000000-0000-0000-0000-000000000000/response" > /dev/null
while :; do sleep 0.01; done
`

func TestJavaIsInstalledWithAnArchiveOfItsClasses(t *testing.T) {
	p, j := fakeJava(t, 17, answers)
	t.Setenv("JAVA_TOOL_OPTIONS", "-Dof=the.server")
	var lines []string
	for range 2 {
		if err := p.Install(t.Context(), "java17", func(l string) { lines = append(lines, l) }); err != nil {
			t.Fatal(err)
		}
	}
	if len(lines) != 1 || !strings.HasPrefix(lines[0], "java17: archived the classes of Java 17.0.1 in ") {
		t.Errorf("progress = %q", lines)
	}
	calls, err := os.ReadFile(filepath.Join(j.home, "calls"))
	lib := filepath.Join(p.Path("java17"), "lib")
	if err != nil || strings.Count(string(calls), "\n") != 1 || !strings.Contains(string(calls), " -XX:+UseSerialGC ") || !strings.Contains(string(calls), " -cp "+lib+"/* "+clientClass) {
		t.Errorf("java was called %q, %v; want once, as for a function", calls, err)
	}
	archive := filepath.Join(p.Path("java17"), j.archiveName())
	if data, err := os.ReadFile(archive); err != nil || string(data) != "classes" {
		t.Errorf("the archive is %q, %v", data, err)
	}
	program, err := p.Program("java17")
	if err != nil {
		t.Fatal(err)
	}
	for options, want := range map[string]bool{
		"": true, "-Xmx64m -javaagent:/opt/a.jar": true,
		"-Xshare:off": false, "-XX:SharedArchiveFile=/opt/a.jsa": false, "-XX:+AutoCreateSharedArchive": false, "-Xlog:cds": false, "-XX:AOTCache=/opt/a": false,
		"-Djava.system.class.loader=app.Loader": false,
	} {
		at := Place{Path: func(s string) string { return "/box" + s }, Variable: func(name string) string {
			return map[string]string{"JAVA_TOOL_OPTIONS": options}[name]
		}}
		args, err := program.Args(at)
		if got := slices.Contains(args, "-XX:SharedArchiveFile=/box/var/runtime/"+j.archiveName()); err != nil || got != want {
			t.Errorf("with %q: %q, %v; archive %v, want %v", options, args, err, got, want)
		}
	}
}

func TestJavaDoesWithoutAnArchive(t *testing.T) {
	for _, tt := range []struct {
		name    string
		feature int
		script  string
		want    string // what is said of it
		calls   int
	}{
		{"a Java that is too old", 11, answers, "", 0},
		{"a Java that does not run", 17, "echo broken >&2; exit 3", "java11: Java 17.0.1 shares no classes: it ended: exit status 3: broken", 1},
		{"a Java that writes none", 17, strings.Replace(answers, `printf classes > "$to";`, "", 1), "java11: Java 17.0.1 shares no classes: it wrote no archive", 1},
		{"a client that fails", 17, strings.Replace(answers, "/response", "/error", 1), "java11: Java 17.0.1 shares no classes: /2018-06-01/runtime/invocation/", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p, j := fakeJava(t, tt.feature, tt.script)
			var said strings.Builder
			for range 2 {
				if err := p.Install(t.Context(), "java11", func(l string) { said.WriteString(l) }); err != nil {
					t.Fatal(err)
				}
			}
			if got := said.String(); !strings.HasPrefix(got, tt.want) || tt.want == "" && got != "" {
				t.Errorf("progress = %q, want %q", got, tt.want)
			}
			calls, _ := os.ReadFile(filepath.Join(j.home, "calls"))
			if got := strings.Count(string(calls), "\n"); got != tt.calls {
				t.Errorf("java was called %d times, want %d", got, tt.calls)
			}
			program, err := p.Program("java11")
			if err != nil {
				t.Fatal(err)
			}
			args, err := program.Args(Place{Path: func(s string) string { return s }})
			if line := strings.Join(args, " "); err != nil || strings.Contains(line, "SharedArchive") {
				t.Errorf("Args = %s, %v", line, err)
			}
		})
	}
}

func TestJavaIsInstalledWhereNoArchiveCanBeWritten(t *testing.T) {
	p, j := fakeJava(t, 17, answers)
	// A directory in which nobody may make another, for root too: it is a file.
	var said strings.Builder
	r, _ := Lookup("java17")
	p.dir = filepath.Join(j.home, "bin", "java")
	p.prime(t.Context(), r, func(l string) { said.WriteString(l) })
	if !strings.Contains(said.String(), "java17: without an archive of classes: ") {
		t.Errorf("progress = %q", said.String())
	}
}

func TestOldJavasFindTheirLibrariesWhereTheArchiveHasThem(t *testing.T) {
	for _, tt := range []struct {
		name    string
		feature int
		dir     string
		want    bool
	}{
		{"a Java that insists on names", 17, "/home/me/.cache/packs", true},
		{"a pack of the system's", 17, "/var/lib/packs", true},
		{"a Java that does not", 21, "/home/me/.cache/packs", false},
		{"a pack where the function's own files are", 17, "/tmp/packs", false},
		{"a pack that environments see already", 17, "/usr/share/packs", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, j := fakeJava(t, tt.feature, answers)
			link := File{Link: "/var/runtime/lib", Target: tt.dir + "/lib"}
			got := linkLibraries(j, tt.dir+"/lib")
			if tt.want != slices.Equal(got, []File{link}) || !tt.want && len(got) > 0 {
				t.Errorf("files = %v", got)
			}
		})
	}
}
