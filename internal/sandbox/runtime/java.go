package runtime

import (
	"bufio"
	"context"
	"encoding/xml"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// clientClass is AWS's own client of the Runtime API for Java.
const clientClass = "com.amazonaws.services.lambda.runtime.api.client.AWSLambda"

// java runs AWS's client on the Java of this machine that is nearest: the oldest of
// those that are at least as new as the one asked for. Classes of older versions run
// on newer ones, and not the other way round.
func (p *Packs) java(r Runtime) (*Program, error) {
	j, err := p.jdk(r)
	if err != nil {
		return nil, err
	}
	pack, err := p.Find(r.Identifier)
	if err != nil {
		return nil, err
	}
	archive := pack.shared(j)
	return &Program{
		Runtime: r,
		Runs:    "java " + j.version,
		Files: slices.Concat([]File{
			{Source: j.home, Target: "/var/lang"},
			{Source: pack.Dir, Target: "/var/runtime"},
		}, j.files, pack.shareFiles(j)),
		args: func(at Place) []string {
			argv := []string{at.Path("/var/lang/bin/java")}
			argv = append(argv, j.options(at)...)
			argv = append(argv, j.shareOptions(at, archive)...)
			return append(argv, "-cp", at.Path("/var/runtime/lib")+"/*", clientClass, at.Handler)
		},
		env: func(Place) []string { return nil },
	}, nil
}

// options are how AWS starts its Java: with 85 % of the memory as heap, since the
// rest is for classes and compiled code, the collector for one core, and, from 17
// on, the compiler that starts fast.
func (j jdk) options(at Place) []string {
	options := []string{
		fmt.Sprintf("-XX:MaxHeapSize=%dk", at.MemoryMB*1024*85/100),
		"-XX:+UseSerialGC",
		"-XX:-UsePerfData",
		"-Djava.net.preferIPv4Stack=true",
		"-Dorg.crac.Core.Compat=com.amazonaws.services.lambda.crac",
	}
	if j.feature >= 17 {
		options = append(options, "-XX:TieredStopAtLevel=1", "-XX:+ErrorFileToStderr", "--add-opens=java.base/java.io=ALL-UNNAMED")
	}
	if j.feature >= 22 {
		options = append(options, "--enable-native-access=ALL-UNNAMED") // the client has a library, and the log would have a warning
	}
	if at.TrustStore != "" {
		options = append(options, "-Djavax.net.ssl.trustStore="+at.TrustStore)
	}
	return options
}

// fillJava brings AWS's client, and what it needs, with Maven's.
func (p *Packs) fillJava(ctx context.Context, dir string, r Runtime, progress func(string)) (version string, err error) {
	if _, err := p.jdk(r); err != nil {
		return "", err // of what use would the pack be
	}
	mvn, err := exec.LookPath("mvn")
	if err != nil {
		return "", &MissingError{Program: "mvn", Package: "maven", For: r.Identifier}
	}
	progress(fmt.Sprintf("%s: fetching AWS's runtime interface client with the Maven client", r.Identifier))
	project, err := mavenProject(r.packages)
	if err != nil {
		return "", err
	}
	file := filepath.Join(dir, "pom.xml")
	if err := os.WriteFile(file, project, 0o644); err != nil {
		return "", err
	}
	return "", runClient(ctx, dir, mvn, "-q", "-B", "-f", file, copyLibraries, "-DoutputDirectory="+filepath.Join(dir, "lib"), "-DincludeScope=runtime")
}

// copyLibraries is the step of Maven's that brings libraries, in a version that we
// know.
const copyLibraries = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"

type mavenDependency struct {
	GroupID    string `xml:"groupId"`
	ArtifactID string `xml:"artifactId"`
	Version    string `xml:"version"`
}

// mavenProject is a project that needs packages, which are named group:artifact:version.
func mavenProject(packages []string) ([]byte, error) {
	project := struct {
		XMLName      xml.Name          `xml:"http://maven.apache.org/POM/4.0.0 project"`
		ModelVersion string            `xml:"modelVersion"`
		GroupID      string            `xml:"groupId"`
		ArtifactID   string            `xml:"artifactId"`
		Version      string            `xml:"version"`
		Packaging    string            `xml:"packaging"`
		Dependencies []mavenDependency `xml:"dependencies>dependency"`
	}{ModelVersion: "4.0.0", GroupID: "cloudless", ArtifactID: "runtime", Version: "1", Packaging: "pom"}
	for _, p := range packages {
		words := strings.Split(p, ":")
		if len(words) != 3 {
			return nil, fmt.Errorf("%q is no package of Maven's", p)
		}
		project.Dependencies = append(project.Dependencies, mavenDependency{words[0], words[1], words[2]})
	}
	return xml.MarshalIndent(project, "", "  ")
}

// jdk is one Java of this machine.
type jdk struct {
	home    string // with bin/java in it; no link
	version string // such as "17.0.15"
	feature int    // such as 17; 8 for 1.8
	files   []File // what of it lies elsewhere, where environments have nothing
}

// jdk finds the Java for a runtime.
func (p *Packs) jdk(r Runtime) (jdk, error) {
	want, err := strconv.Atoi(r.Version)
	if err != nil {
		return jdk{}, fmt.Errorf("version of %s: %w", r.Identifier, err)
	}
	var best *jdk
	all := p.jdks()
	for i, j := range all {
		if j.feature >= want && (best == nil || j.feature < best.feature) {
			best = &all[i]
		}
	}
	if best == nil {
		return jdk{}, &MissingError{Program: fmt.Sprintf("java, version %d or newer", want), Package: fmt.Sprintf("openjdk-%d-jre-headless", want), For: r.Identifier}
	}
	return *best, nil
}

// jdks returns the Javas of this machine, which are looked for once: the one that
// JAVA_HOME names, the one in the search path, and those where systems and version
// managers install them.
func (p *Packs) jdks() []jdk {
	p.probeJava.Do(func() {
		homes := []string{os.Getenv("JAVA_HOME")}
		if java, err := exec.LookPath("java"); err == nil {
			if java, err = filepath.EvalSymlinks(java); err == nil {
				homes = append(homes, filepath.Dir(filepath.Dir(java)))
			}
		}
		patterns := []string{"/usr/lib/jvm/*", "/usr/java/*", "/opt/java/*", "/Library/Java/JavaVirtualMachines/*/Contents/Home"}
		if user, err := os.UserHomeDir(); err == nil {
			patterns = append(patterns, filepath.Join(user, ".sdkman/candidates/java/*"), filepath.Join(user, ".jdks/*"))
		}
		for _, pattern := range patterns {
			found, err := filepath.Glob(pattern)
			if err == nil { // the pattern is one of ours, but for the home in it
				homes = append(homes, found...)
			}
		}
		p.foundJava = describeJDKs(homes)
	})
	return p.foundJava
}

func describeJDKs(homes []string) (found []jdk) {
	seen := make(map[string]bool)
	for _, home := range homes {
		home, err := filepath.EvalSymlinks(home)
		if err != nil || seen[home] {
			continue
		}
		seen[home] = true
		if j, ok := describeJDK(home); ok {
			found = append(found, j)
		}
	}
	return found
}

// featureVersion finds the number that counts.
var featureVersion = regexp.MustCompile(`^(?:1\.)?(\d{1,3})`)

// describeJDK reads what a Java says of itself in its file "release". It asks it if
// there is none.
func describeJDK(home string) (j jdk, ok bool) {
	if info, err := os.Stat(filepath.Join(home, "bin", "java")); err != nil || info.IsDir() {
		return j, false
	}
	j = jdk{home: home, version: releaseVersion(filepath.Join(home, "release"))}
	if j.version == "" {
		j.version = askVersion(filepath.Join(home, "bin", "java"))
	}
	// 1.8.0_392, 17.0.15, 26-ea
	number := featureVersion.FindStringSubmatch(j.version)
	if number == nil {
		return j, false
	}
	j.feature, _ = strconv.Atoi(number[1]) // two or three digits
	j.files = elsewhere(home)
	return j, true
}

func releaseVersion(name string) string {
	f, err := os.Open(name)
	if err != nil {
		return ""
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if value, ok := strings.CutPrefix(lines.Text(), "JAVA_VERSION="); ok {
			return strings.Trim(value, `"`)
		}
	}
	return ""
}

func askVersion(java string) string {
	ctx, cancel := context.WithTimeout(context.Background(), probeTimeout)
	defer cancel()
	out, err := exec.CommandContext(ctx, java, "-XshowSettings:properties", "-version").CombinedOutput()
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(out)) {
		if value, ok := strings.CutPrefix(strings.TrimSpace(line), "java.version = "); ok {
			return value
		}
	}
	return ""
}

// elsewhere finds what a Java has in /etc, by the links that lead there: Debian and
// Fedora keep its settings so. Its certificates are not wanted.
func elsewhere(home string) (files []File) {
	for _, part := range []string{"conf", "lib", "jre/lib"} {
		_ = filepath.WalkDir(filepath.Join(home, part), func(name string, d fs.DirEntry, err error) error {
			if err != nil || d.Type()&fs.ModeSymlink == 0 {
				return nil // what cannot be read is not needed
			}
			to, err := os.Readlink(name)
			if err != nil || !strings.HasPrefix(to, "/etc/") {
				return nil
			}
			words := strings.SplitN(to, "/", 4)
			dir := "/etc/" + words[2]
			if len(words) < 4 || words[2] == "ssl" || words[2] == "pki" || slices.Contains(files, File{Source: dir, Target: dir}) {
				return nil
			}
			files = append(files, File{Source: dir, Target: dir})
			return nil
		})
	}
	return files
}
