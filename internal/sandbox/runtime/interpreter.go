package runtime

import (
	"fmt"
	"os/exec"
	"strings"
)

// Fact is one thing that this machine has or lacks.
type Fact struct {
	Name   string
	OK     bool
	Detail string
}

// Doctor finds out which runtimes can run here, and what the others need.
func Doctor(p *Packs) []Fact {
	facts := []Fact{programFact("npm", "fetches runtime packs", "without it no Node runtime can be installed: install the package \"npm\"")}
	packs, err := p.Installed()
	if err != nil {
		return append(facts, Fact{Name: "runtime packs", Detail: err.Error()})
	}
	var names []string
	for _, pack := range packs {
		names = append(names, fmt.Sprintf("%s (Node %s)", pack.Runtime, pack.Version))
	}
	f := Fact{Name: "runtime packs", OK: len(packs) > 0, Detail: strings.Join(names, ", ")}
	if !f.OK {
		f.Detail = "none installed yet: they are fetched at first use, or by \"cloudless runtime install\""
	}
	return append(facts, f)
}

func programFact(name, purpose, without string) Fact {
	path, err := exec.LookPath(name)
	if err != nil {
		return Fact{Name: name, Detail: without}
	}
	return Fact{Name: name, OK: true, Detail: path + ": " + purpose}
}
