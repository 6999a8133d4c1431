package sandbox

import (
	"log/slog"

	"cloudless/internal/sandbox/driver"
	"cloudless/internal/sandbox/process"
	"cloudless/internal/sandbox/runtime"
)

// Fact is one thing that this machine can or cannot do, or has or lacks.
type Fact = runtime.Fact

// Doctor finds out what this machine offers for functions. It changes nothing
// that lasts.
func Doctor(dir string, packs *runtime.Packs) []Fact {
	facts := append(isolationFacts(dir), filesFact(openFilesLimit()))
	return append(facts, packs.Doctor()...)
}

// openDriver returns the best driver that this machine allows.
func openDriver(dir string, log *slog.Logger) (driver.Driver, error) {
	d, err := openIsolated(dir, log)
	if err == nil {
		return d, nil
	}
	log.Warn("functions run without isolation: they can read what this user can read, and reach the network", "reason", err)
	return process.New(dir)
}
