package app

import (
	"context"
	"errors"
	"fmt"
	"os"

	"cloudless/internal/sandbox"
	"cloudless/internal/sandbox/runtime"
)

// Fact is one thing that this machine offers for functions, or lacks.
type Fact struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail"`
}

// Doctor finds out what this machine offers: on the disk of the data directory,
// if that is there and may be written to. It changes nothing that lasts.
func Doctor(dataDir, runtimesDir string) ([]Fact, error) {
	dir, err := os.MkdirTemp(dataDir, "doctor-")
	if err != nil {
		dir, err = os.MkdirTemp("", "doctor-")
	}
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	var facts []Fact
	for _, f := range sandbox.Doctor(dir, runtime.NewPacks(runtimesDir)) {
		facts = append(facts, Fact{f.Name, f.OK, f.Detail})
	}
	return facts, nil
}

// CheckRuntime says why there can be no pack of a runtime, or none with these
// packages of the SDK.
func CheckRuntime(identifier string, sdk []string) error {
	if _, ok := runtime.Lookup(identifier); !ok {
		return fmt.Errorf("%w (cloudless runtime list names them)", &runtime.UnknownError{Identifier: identifier})
	}
	if len(sdk) == 0 {
		return nil
	}
	return runtime.CheckAddition(identifier, sdk)
}

// InstallRuntime brings the pack of a runtime onto this machine, if it is not
// there yet, and these packages of the SDK into it, and tells its progress in lines.
func InstallRuntime(ctx context.Context, runtimesDir, identifier string, sdk []string, progress func(line string)) error {
	packs := runtime.NewPacks(runtimesDir)
	if err := packs.Install(ctx, identifier, progress); err != nil || len(sdk) == 0 {
		return err
	}
	return packs.Add(ctx, identifier, sdk, progress)
}

// Runtime is one identifier that a function may name.
type Runtime struct {
	Identifier string `json:"identifier"`
	Version    string `json:"version"`           // of the language that it stands for
	Installed  bool   `json:"installed"`         // all that it needs is here
	Runs       string `json:"runs,omitempty"`    // what runs, such as "nodejs 6.10.3", if it is installed
	Missing    string `json:"missing,omitempty"` // what this machine lacks, and what brings it
}

// Runtimes lists the identifiers, with what is installed.
func Runtimes(runtimesDir string) []Runtime {
	packs := runtime.NewPacks(runtimesDir)
	var all []Runtime
	for _, r := range runtime.All() {
		out := Runtime{Identifier: r.Identifier, Version: r.Version}
		program, err := packs.Program(r.Identifier)
		switch {
		case err == nil:
			out.Installed, out.Runs = true, program.Runs
		case !errors.Is(err, runtime.ErrNotInstalled):
			out.Missing = err.Error()
		}
		all = append(all, out)
	}
	return all
}
