package sandbox

import (
	"strings"
	"testing"
)

// TestReportsNameLambdasOwnErrorsOnly has the cases of AWS's emulator, and more.
func TestReportsNameLambdasOwnErrorsOnly(t *testing.T) {
	for said, want := range map[string]string{
		"":                               "Runtime.Unknown",
		"MyCustomError":                  "Runtime.Unknown",
		"MyCustomError.Error":            "Runtime.Unknown",
		"Runtime.MyCustomErrorTypeHere":  "Runtime.MyCustomErrorTypeHere",
		"Function.MyCustomErrorTypeHere": "Function.MyCustomErrorTypeHere",
		"Function.lower":                 "Function.Unknown",
		"Extension.Crash":                "Extension.Crash",
		"Runtime." + strings.Repeat("Long", 1000): "Runtime.Unknown",
	} {
		if got := reportedType(said); got != want {
			t.Errorf("reportedType(%.100q) = %s, want %s", said, got, want)
		}
	}
}
