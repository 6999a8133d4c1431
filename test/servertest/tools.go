package servertest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Tool returns a path below what scripts/setup.sh has fetched.
func Tool(t testing.TB, path ...string) string {
	t.Helper()
	file := filepath.Join(append([]string{os.Getenv("CLOUDLESS_TEST_TOOLS")}, path...)...)
	if _, err := os.Stat(file); err != nil || os.Getenv("CLOUDLESS_TEST_TOOLS") == "" {
		missing(t, strings.Join(path, "/"))
	}
	return file
}

// Program returns the path of a program of the machine's, which has one of
// these names.
func Program(t testing.TB, names ...string) string {
	t.Helper()
	for _, name := range names {
		if file, err := exec.LookPath(name); err == nil {
			return file
		}
	}
	missing(t, names[0])
	return ""
}

// missing skips the test, except where everything has to be there.
func missing(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatalf("%s is missing; make test fetches it", what)
	}
	t.Skipf("%s is missing; make test fetches it", what)
}
