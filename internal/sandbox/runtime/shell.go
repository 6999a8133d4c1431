package runtime

import (
	"os/exec"
	"path/filepath"
)

// shell has functions find bash as /bin/sh, as on Amazon Linux, where this machine has it
// and another there: custom runtimes are written with that in mind, and so are wrappers
// and what functions give to a shell. AWS's own example of a custom runtime asks /bin/sh
// for pipefail, which the one of Debian does not know.
func shell() []File {
	bash, err := exec.LookPath("/bin/bash")
	if err != nil {
		return nil
	}
	bash, err = filepath.EvalSymlinks(bash)
	if err != nil {
		return nil
	}
	// The name itself is what bash is to be found under, and not what it is a link to.
	dir, err := filepath.EvalSymlinks("/bin")
	if err != nil {
		return nil
	}
	name := filepath.Join(dir, "sh")
	if now, err := filepath.EvalSymlinks(name); err != nil || now == bash {
		return nil
	}
	return []File{{Source: bash, Target: name}}
}
