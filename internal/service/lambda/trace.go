package lambda

import (
	"encoding/hex"
	"fmt"
	"strings"
)

// trace is what an invocation belongs to, as X-Ray names it. Every invocation
// is part of one, be it recorded or not: functions and their libraries read it
// from _X_AMZN_TRACE_ID, and callers are told it. The AWS SDKs in a function hand it
// on with whatever they call, so it tells too which functions led to an invocation.
type trace struct {
	Root    string // "1-", the second in 8 hexadecimal digits, "-", and 24 more
	Parent  string // 16 hexadecimal digits
	Sampled string // "0" or "1"
	Lineage lineage
}

// String writes the trace as the header X-Amzn-Trace-Id has it.
func (t trace) String() string {
	text := "Root=" + t.Root + ";Parent=" + t.Parent + ";Sampled=" + t.Sampled
	if len(t.Lineage) > 0 {
		text += ";Lineage=" + t.Lineage.String()
	}
	return text
}

// traceOf returns the trace that a caller gave in the header X-Amzn-Trace-Id.
// What is missing or has another form is made. There is no X-Ray here, so nobody is
// sampled who does not ask for it.
func (s *Service) traceOf(given string) trace {
	t := parseTrace(given)
	if t.Root == "" || t.Parent == "" {
		var b [20]byte
		_, _ = s.clock.Read(b[:]) // a clock.Clock never fails to
		if t.Root == "" {
			t.Root = fmt.Sprintf("1-%08x-%s", uint32(s.clock.Now().Unix()), hex.EncodeToString(b[:12]))
		}
		if t.Parent == "" {
			t.Parent = hex.EncodeToString(b[12:])
		}
	}
	if t.Sampled == "" {
		t.Sampled = "0"
	}
	return t
}

// parseTrace reads a header X-Amzn-Trace-Id. Fields that are not there, or not
// of their form, are empty.
func parseTrace(header string) (t trace) {
	for field := range strings.SplitSeq(header, ";") {
		switch name, value, _ := strings.Cut(strings.TrimSpace(field), "="); {
		case strings.EqualFold(name, "Root") && isRoot(value):
			t.Root = value
		case strings.EqualFold(name, "Parent") && len(value) == 16 && isHex(value):
			t.Parent = value
		case strings.EqualFold(name, "Sampled") && (value == "0" || value == "1"):
			t.Sampled = value
		case strings.EqualFold(name, "Lineage"):
			t.Lineage = parseLineage(value)
		}
	}
	return t
}

func isRoot(text string) bool {
	parts := strings.Split(text, "-")
	return len(parts) == 3 && parts[0] == "1" && len(parts[1]) == 8 && isHex(parts[1]) && len(parts[2]) == 24 && isHex(parts[2])
}

func isHex(text string) bool { return strings.Trim(text, "0123456789abcdef") == "" }
