//go:build !linux

package sandbox

import (
	"errors"
	"log/slog"

	"cloudless/internal/sandbox/driver"
)

var errNoNamespaces = errors.New("this system has no namespaces")

func openIsolated(string, *slog.Logger) (driver.Driver, error) { return nil, errNoNamespaces }

func isolationFacts(string) []Fact {
	return []Fact{{Name: "namespaces", Detail: errNoNamespaces.Error() + ": functions run without isolation"}}
}
