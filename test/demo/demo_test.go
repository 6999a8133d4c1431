// Package demo_test runs the demos, which compare each answer with what is due
// and end with an error where one deviates.
package demo_test

import (
	"bytes"
	"os"
	"os/exec"
	"testing"

	"cloudless/test/servertest"
)

func TestDemos(t *testing.T) {
	servertest.Program(t, "aws") // what they are told with
	binary := servertest.Build(t)
	for _, demo := range []string{"article", "crud"} {
		t.Run(demo, func(t *testing.T) {
			t.Parallel()
			cmd := exec.CommandContext(t.Context(), "../../examples/"+demo+"/demo.sh")
			cmd.Env = append(os.Environ(), "CLOUDLESS="+binary, "KEEP=")
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out[max(0, bytes.LastIndex(out[:max(0, len(out)-4000)], []byte("\n"))):])
			}
		})
	}
}
