package servertest

import (
	"os"
	"strconv"
	"testing"
)

// Cycles is how often a test kills the server: as often as
// CLOUDLESS_CRASH_CYCLES says, or else the given number.
func Cycles(t testing.TB, otherwise int) int {
	t.Helper()
	text := os.Getenv("CLOUDLESS_CRASH_CYCLES")
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("CLOUDLESS_CRASH_CYCLES: %v", err)
	}
	return n
}
