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
	return FromEnv(t, "CLOUDLESS_CRASH_CYCLES", otherwise)
}

// FromEnv returns the number that a variable of the environment gives, or else
// the given one.
func FromEnv(t testing.TB, name string, otherwise int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}
