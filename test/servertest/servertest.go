// Package servertest starts servers for tests that drive the program from
// outside.
package servertest

import (
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"cloudless/internal/app"
)

// Account is the number of the servers' account.
const Account = "123456789012"

// Start starts a server with a data directory of its own, on a free port of
// the loopback. It is stopped when the test ends.
func Start(t testing.TB) *app.App {
	t.Helper()
	return StartAt(t, filepath.Join(t.TempDir(), "data"))
}

// StartAt starts a server on a data directory.
func StartAt(t testing.TB, dataDir string) *app.App {
	t.Helper()
	a, err := app.Start(t.Context(), Config(dataDir))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Stop)
	return a
}

// Config is how servers for tests are configured.
func Config(dataDir string) app.Config {
	return app.Config{
		DataDir: dataDir, Listen: []string{"127.0.0.1:0"}, Account: Account, RuntimesDir: Runtimes(), Version: "test",
		Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})),
	}
}

// Runtimes is where the runtime packs are that scripts/setup.sh has fetched,
// or else those of this user.
func Runtimes() string {
	if dir := os.Getenv("CLOUDLESS_RUNTIMES"); dir != "" {
		return dir
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	return filepath.Join(cache, "cloudless", "runtimes")
}
