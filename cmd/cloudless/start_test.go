package main

import (
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"
)

// verbose is an error that has more to say to who asks for all.
type verbose struct{}

func (verbose) Error() string { return "the disk failed" }

func (verbose) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "the disk failed\nstack trace") }

func TestErrorsAreLoggedAsWhatTheySay(t *testing.T) {
	for _, tt := range []struct {
		asJSON bool
		want   string
	}{{false, `err="the disk failed"`}, {true, `"err":"the disk failed"`}} {
		var out strings.Builder
		newLogger(&out, slog.LevelInfo, tt.asJSON).Error("stopped", "err", verbose{})
		if got := out.String(); !strings.Contains(got, tt.want) || strings.Contains(got, "stack") {
			t.Errorf("logged %q, want %s", got, tt.want)
		}
	}
}
