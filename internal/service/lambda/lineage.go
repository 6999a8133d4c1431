package lambda

import (
	"slices"
	"strconv"
	"strings"

	lambdaapi "cloudless/internal/api/lambda"
)

// maxLoops is how often a function may run in one chain of requests, where it
// may not cause its own invocation again and again. AWS says "approximately".
const maxLoops = 16

// maxAncestors bounds how many functions a chain is remembered by. A loop of
// more of them is not found.
const maxAncestors = 32

// lineage tells which functions led to an invocation, the last one last.
type lineage []ancestor

// ancestor is a function in a chain of requests.
type ancestor struct {
	Function string // the first 8 hexadecimal digits of its id
	Again    int    // how often it was invoked again
}

// String writes the lineage: "1:0a1b2c3d:0", and more after commas, since SDKs
// escape AWS's own separator.
func (l lineage) String() string {
	var b strings.Builder
	for i, a := range l {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString("1:" + a.Function + ":" + strconv.Itoa(a.Again))
	}
	return b.String()
}

// parseLineage reads a lineage. What is none of it is left out.
func parseLineage(text string) (l lineage) {
	for part := range strings.SplitSeq(text, ",") {
		fields := strings.Split(part, ":")
		if len(fields) != 3 || fields[0] != "1" || len(fields[1]) != 8 || !isHex(fields[1]) || len(l) == maxAncestors {
			continue
		}
		if again, err := strconv.ParseUint(fields[2], 10, 16); err == nil {
			l = append(l, ancestor{fields[1], int(again)})
		}
	}
	return l
}

// with adds a function, which is an invocation more if it is there already.
func (l lineage) with(function string) lineage {
	next := ancestor{Function: function}
	if i := slices.IndexFunc(l, func(a ancestor) bool { return a.Function == function }); i >= 0 {
		next.Again = l[i].Again + 1
		l = slices.Concat(l[:i], l[i+1:])
	}
	l = append(slices.Clip(l), next)
	return l[max(0, len(l)-maxAncestors):]
}

// reach returns the trace that a function gets from a caller who gave one, ""
// being none, or refuses to run it once more in a loop of functions that invoke
// each other.
func (s *Service) reach(given string, of target) (string, error) {
	t := s.traceOf(given, of).at(of)
	if n := len(t.Lineage); n > 0 && t.Lineage[n-1].Again >= maxLoops && !of.loops {
		return "", lambdaapi.RecursiveInvocationException("Lambda has detected your function being invoked in a recursive loop with other Amazon Web Services resources and stopped your function's invocation.")
	}
	return t.String(), nil
}

// at returns the trace as it goes on in a function.
func (t trace) at(of target) trace {
	if len(of.id) >= 8 && isHex(of.id[:8]) { // as the ids that are drawn
		t.Lineage = t.Lineage.with(of.id[:8])
	}
	return t
}
