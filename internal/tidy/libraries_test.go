package tidy

import (
	"encoding/json"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// majorVersion is what a module's path may end in.
var majorVersion = regexp.MustCompile(`/v[0-9]+$`)

// TestEveryLibrarySaysWhatItIsFor wants each module that we import ourselves
// named on the page that says why it was chosen.
func TestEveryLibrarySaysWhatItIsFor(t *testing.T) {
	page, err := os.ReadFile("../../docs/decisions/libraries.md")
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("go", "mod", "edit", "-json", "../../go.mod").Output()
	if err != nil {
		t.Fatal(err)
	}
	var mod struct {
		Require []struct {
			Path     string
			Indirect bool
		}
	}
	if err := json.Unmarshal(out, &mod); err != nil {
		t.Fatal(err)
	}
	for _, m := range mod.Require {
		name := majorVersion.ReplaceAllString(strings.TrimPrefix(m.Path, "github.com/"), "")
		if rest, ok := strings.CutPrefix(name, "aws/"); ok { // whose modules are many
			name, _, _ = strings.Cut(rest, "/")
		}
		if !m.Indirect && !strings.Contains(string(page), name) {
			t.Errorf("docs/decisions/libraries.md does not say what %s is for", name)
		}
	}
}
