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
func (p *Packs) Doctor() []Fact {
	var pythons, javas, rubies []string
	for _, i := range p.pythons() {
		pythons = append(pythons, i.version()+" ("+i.Executable+")")
	}
	for _, j := range p.jdks() {
		javas = append(javas, j.version+" ("+j.home+")")
	}
	for _, i := range p.rubies() {
		rubies = append(rubies, i.version()+" ("+i.Executable+")")
	}
	return []Fact{
		clientFact("npm", "npm", "Node"),
		p.packsFact(),
		interpreterFact("python", pythons, "Python", "python3"),
		interpreterFact("java", javas, "Java", "default-jre-headless"),
		clientFact("mvn", "maven", "Java"),
		interpreterFact("ruby", rubies, "Ruby", "ruby"),
	}
}

// clientFact tells whether a package client is there, without which no runtime of
// a language can be fetched.
func clientFact(program, pkg, language string) Fact {
	path, err := exec.LookPath(program)
	if err != nil {
		return Fact{Name: program, Detail: fmt.Sprintf("no %s runtime can be fetched: install the package %q", language, pkg)}
	}
	return Fact{Name: program, OK: true, Detail: path}
}

func interpreterFact(name string, found []string, language, pkg string) Fact {
	if len(found) == 0 {
		return Fact{Name: name, Detail: fmt.Sprintf("%s functions do not run: install the package %q", language, pkg)}
	}
	return Fact{Name: name, OK: true, Detail: strings.Join(found, ", ")}
}

func (p *Packs) packsFact() Fact {
	packs, err := p.Installed()
	if err != nil {
		return Fact{Name: "runtime packs", Detail: err.Error()}
	}
	if len(packs) == 0 {
		return Fact{Name: "runtime packs", Detail: `none: they are fetched at first use, or by "cloudless runtime install"`}
	}
	var names []string
	for _, pack := range packs {
		name := pack.Runtime
		if program, err := p.Program(pack.Runtime); err == nil {
			name += " (" + program.Runs + ")"
		}
		names = append(names, name)
	}
	return Fact{Name: "runtime packs", OK: true, Detail: strings.Join(names, ", ")}
}
