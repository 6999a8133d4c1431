// Package runtime knows which identifier runs on what.
//
// A [Runtime] is one of Lambda's identifiers, such as nodejs6.10. [Lookup] finds
// it in the table; [Packs.Program] says how its process is started.
//
//   - runtime.go: the table's vocabulary;
//   - table.go: the identifiers that there are;
//   - packs.go, install.go: runtime packs, which bring what the machine does not
//     have: the interpreter in the version asked for, the SDK of its day, AWS's
//     client of the Runtime API;
//   - requires.go, nodesdk.go, nodegrow.go: what a function of Node requires of the
//     SDK, and how it comes into a pack that is in use;
//   - program.go: what to start and what it needs to see;
//   - sweep.go: bootstraps of other versions, which go when nobody uses them;
//   - node.go, python.go, java.go, ruby.go, custom.go: the same, family by family,
//     and which interpreters the machine has;
//   - javashare.go: the archive of classes with which Java starts faster;
//   - node/, python/, ruby/: our own bootstraps, which speak the Runtime API;
//   - doctor.go: what can run here.
//
// A pack is installed whole or not at all: it grows in a directory of its own
// and is moved into place when it is complete, under a lock that all servers of
// this user share. Later it only grows, package by package: what a process has seen in
// it stays as it was.
//
// The package starts nothing but package clients, and interpreters to ask them who
// they are. It knows nothing of sandboxes: it names files and where they have to
// appear.
package runtime

import (
	"errors"
	"fmt"
)

// Family is a group of runtimes that are started alike.
type Family string

// The families.
const (
	Node     Family = "nodejs"
	Python   Family = "python"
	Java     Family = "java"
	Ruby     Family = "ruby"
	Go       Family = "go"
	Provided Family = "provided"
)

// Era is a time in which Lambda told failures in the same words.
type Era int

// The eras, oldest first.
const (
	// Early runtimes ended as "Process exited before completing request".
	Early Era = iota
	// Middle runtimes told exits by type, and timeouts by message alone.
	Middle
	// Current runtimes give everything a type.
	Current
)

// Runtime is one identifier that functions may name.
type Runtime struct {
	Identifier string
	Family     Family
	Era        Era
	// Version is the version of the language that the identifier stands for:
	// "6.10.3", or "22" where AWS keeps moving on within it. Empty for the
	// families that run programs of the function's own.
	Version string
	// packages are what AWS's runtime carries for its functions, and what we need to
	// run them, as the package client of the language names them.
	packages []string
	// pack is the identifier whose pack the runtime has, if that is not its own.
	pack string
}

// Lookup finds the runtime of an identifier.
func Lookup(identifier string) (Runtime, bool) {
	for _, r := range table {
		if r.Identifier == identifier {
			return r, true
		}
	}
	return Runtime{}, false
}

// All returns every runtime that there is.
func All() []Runtime { return append([]Runtime(nil), table...) }

// NeedsPack reports whether the runtime runs from a pack, which has to be
// installed first.
func (r Runtime) NeedsPack() bool { return len(r.packages) > 0 }

// Wrapped reports whether a function may have its runtime started by a program of
// its own: custom runtimes have no other, and the oldest had no such custom.
func (r Runtime) Wrapped() bool { return r.Family != Provided && r.Family != Go && r.Era != Early }

// bootstrapIsOurs reports whether what speaks the Runtime API is ours: it can do
// what only we know of.
func (r Runtime) bootstrapIsOurs() bool {
	return r.Family == Node || r.Family == Python || r.Family == Ruby
}

// ErrNotInstalled says that a runtime cannot run yet: its pack is missing.
var ErrNotInstalled = errors.New("runtime is not installed")

// UnknownError says that an identifier names no runtime.
type UnknownError struct{ Identifier string }

// Error names the identifier.
func (e *UnknownError) Error() string {
	return fmt.Sprintf("no runtime has the identifier %q", e.Identifier)
}

// MissingError says that a program is not on this machine, and what brings it.
type MissingError struct {
	Program string // what was looked for, such as "npm"
	Package string // the package of the system that has it
	For     string // the runtime that needs it
}

// Error says what to install.
func (e *MissingError) Error() string {
	return fmt.Sprintf("%s needs %q, which is not on this machine: install the package %q of your system", e.For, e.Program, e.Package)
}
