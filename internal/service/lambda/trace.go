package lambda

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"strings"
	"sync/atomic"
	"time"
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

// traceOf returns the trace that the caller of a function gave in the header
// X-Amzn-Trace-Id. What is missing or has another form is made; whether the trace
// is sampled, X-Ray's default rule says where the function is traced actively. There is
// no X-Ray here to record it, but those who are told may have one.
func (s *Service) traceOf(given string, of target) trace {
	t := parseTrace(given)
	if t.Root == "" || t.Parent == "" || t.Sampled == "" {
		var b [28]byte
		_, _ = s.clock.Read(b[:]) // a clock.Clock never fails to
		if t.Root == "" {
			t.Root = fmt.Sprintf("1-%08x-%s", uint32(s.clock.Now().Unix()), hex.EncodeToString(b[:12]))
		}
		if t.Parent == "" {
			t.Parent = hex.EncodeToString(b[12:20])
		}
		if t.Sampled == "" {
			t.Sampled = "0"
			if of.running().Settings.TracingMode == "Active" && s.sampler.take(s.clock.Now(), binary.LittleEndian.Uint64(b[20:])) {
				t.Sampled = "1"
			}
		}
	}
	return t
}

// sampler decides which invocations are sampled: the first of each second, and
// of the others one in twenty.
type sampler struct{ second atomic.Int64 }

// take decides for an invocation of now; drawn is a random number.
func (s *sampler) take(now time.Time, drawn uint64) bool {
	return s.second.Swap(now.Unix()) != now.Unix() || drawn < math.MaxUint64/20
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
