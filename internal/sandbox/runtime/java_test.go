package runtime

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// home makes a Java with what one needs to be found.
func home(t *testing.T, parent, name, release string) string {
	t.Helper()
	dir := filepath.Join(parent, name)
	if err := os.MkdirAll(filepath.Join(dir, "bin"), 0o755); err != nil {
		t.Fatal(err)
	}
	script := "#!/bin/sh\necho '    java.version = " + release + "' >&2\n"
	if err := os.WriteFile(filepath.Join(dir, "bin", "java"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestJavasAreFoundByWhatTheySayOfThemselves(t *testing.T) {
	parent := t.TempDir()
	eight := home(t, parent, "eight", "1.8.0_392") // has to be asked
	seventeen := home(t, parent, "seventeen", "none")
	if err := os.WriteFile(filepath.Join(seventeen, "release"), []byte("IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"17.0.15\"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(parent, "default")
	if err := os.Symlink(seventeen, link); err != nil {
		t.Fatal(err)
	}
	early := home(t, parent, "early", "26-ea")
	got := describeJDKs([]string{"", eight, link, seventeen, early, home(t, parent, "broken", "what"), filepath.Join(parent, "absent"), parent})
	if len(got) != 3 || got[0].feature != 8 || got[1].feature != 17 || got[1].home != seventeen || got[2].feature != 26 {
		t.Errorf("found %+v", got)
	}
}

func TestSettingsOfJavaThatLieElsewhereAreShown(t *testing.T) {
	dir := home(t, t.TempDir(), "java", "17")
	for name, to := range map[string]string{
		"conf/net.properties": "/etc/java-17-openjdk/net.properties", "lib/jvm.cfg": "/etc/java-17-openjdk/jvm.cfg",
		"lib/security/cacerts": "/etc/ssl/certs/java/cacerts", "lib/security/other": "/etc/pki/java/cacerts",
		"lib/src.zip": "../x", "lib/secret": "/etc/shadow", "lib/home": "/root/x/y",
	} {
		name = filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.Symlink(to, name)); err != nil {
			t.Fatal(err)
		}
	}
	if got, want := elsewhere(dir), (File{Source: "/etc/java-17-openjdk", Target: "/etc/java-17-openjdk"}); !slices.Equal(got, []File{want}) {
		t.Errorf("elsewhere = %v, want %v", got, want)
	}
}

// withJavas returns packs that find these Javas, and no others.
func withJavas(t *testing.T, features ...int) *Packs {
	t.Helper()
	p := NewPacks(filepath.Join(t.TempDir(), "packs"))
	p.probeJava.Do(func() {
		for _, f := range features {
			p.foundJava = append(p.foundJava, jdk{home: "/jdk", version: fmt.Sprintf("%d.0.1", f), feature: f})
		}
	})
	return p
}

func TestJavaRunsOnTheOldestThatIsNewEnough(t *testing.T) {
	p := withJavas(t, 25, 17, 11)
	for identifier, want := range map[string]string{"java8": "11.0.1", "java8.al2": "11.0.1", "java11": "11.0.1", "java17": "17.0.1", "java21": "25.0.1"} {
		r, _ := Lookup(identifier)
		if j, err := p.jdk(r); err != nil || j.version != want {
			t.Errorf("%s runs on %s, %v; want %s", identifier, j.version, err, want)
		}
	}
	_, err := withJavas(t, 8, 17).Program("java21")
	if e, ok := errors.AsType[*MissingError](err); !ok || e.Package != "openjdk-21-jre-headless" || e.For != "java21" {
		t.Errorf("Program = %v", err)
	}
}

func TestJavasPackIsFetchedWithMavenAndShared(t *testing.T) {
	dir := t.TempDir()
	script := `#!/bin/sh
echo "$*" >> ` + dir + `/calls
for a in "$@"; do case "$a" in -DoutputDirectory=*) mkdir -p "${a#*=}"; : > "${a#*=}/client.jar";; esac; done
cp "$PWD/pom.xml" ` + dir + `/pom.xml
`
	if err := os.WriteFile(filepath.Join(dir, "mvn"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir+":/usr/bin:/bin")
	p := withJavas(t, 17)
	for _, identifier := range []string{"java11", "java17"} {
		if err := p.Install(t.Context(), identifier, quiet); err != nil {
			t.Fatal(err)
		}
	}
	calls, err := os.ReadFile(filepath.Join(dir, "calls"))
	if err != nil || strings.Count(string(calls), "\n") != 1 || !strings.Contains(string(calls), "copy-dependencies") {
		t.Errorf("mvn was called %q, %v; want once", calls, err)
	}
	pom, err := os.ReadFile(filepath.Join(dir, "pom.xml"))
	if err != nil || !strings.Contains(string(pom), "<artifactId>aws-lambda-java-runtime-interface-client</artifactId>") {
		t.Errorf("the project was %s, %v", pom, err)
	}
	if packs, err := p.Installed(); err != nil || len(packs) != 1 {
		t.Errorf("Installed = %v, %v; want one pack", packs, err)
	}
	program, err := p.Program("java17")
	if err != nil {
		t.Fatal(err)
	}
	at := Place{Path: func(s string) string { return s }, MemoryMB: 200, Handler: "a.B::c", TrustStore: "/etc/store"}
	args, err := program.Args(at)
	if err != nil {
		t.Fatal(err)
	}
	line := strings.Join(args, " ")
	for _, want := range []string{
		"/var/lang/bin/java -XX:MaxHeapSize=174080k ", " -XX:TieredStopAtLevel=1 ", " -Djavax.net.ssl.trustStore=/etc/store ",
		" -cp /var/runtime/lib/* " + clientClass + " a.B::c",
	} {
		if !strings.Contains(line, want) {
			t.Errorf("Args = %s, want %q in it", line, want)
		}
	}
}

func TestFailuresOfMavenAreRepeatedWithoutItsColours(t *testing.T) {
	dir := t.TempDir()
	script := "#!/bin/sh\nprintf '\\033[1;31m[ERROR]\\033[m no network\\n'; exit 1\n"
	if err := os.WriteFile(filepath.Join(dir, "mvn"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir)
	err := withJavas(t, 17).Install(t.Context(), "java17", quiet)
	if err == nil || !strings.HasSuffix(err.Error(), ": exit status 1: [ERROR] no network") {
		t.Errorf("Install = %q", err)
	}
	t.Setenv("PATH", t.TempDir())
	err = withJavas(t, 17).Install(t.Context(), "java17", quiet)
	if e, ok := errors.AsType[*MissingError](err); !ok || e.Package != "maven" {
		t.Errorf("Install without Maven = %v", err)
	}
}
