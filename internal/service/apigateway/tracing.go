package apigateway

import (
	"encoding/binary"
	"encoding/hex"
	"strings"
	"sync/atomic"
	"time"
)

// X-Ray's default rule: the first call of each second is traced, and of the
// others one in twenty.
const sampledOfTheOthers = 0.05

// sampler decides which calls are traced.
type sampler struct{ second atomic.Int64 }

// take decides for a call of now; drawn is a random number below 1.
func (s *sampler) take(now time.Time, drawn float64) bool {
	return s.second.Swap(now.Unix()) != now.Unix() || drawn < sampledOfTheOthers
}

// trace lets a call of a stage that is traced tell those behind it whether it
// is: the client's word on that holds, and else the sampler's.
func (s *Service) trace(x *exchange) {
	root, sampled := "", ""
	for field := range strings.SplitSeq(x.traceID, ";") {
		switch name, value, _ := strings.Cut(strings.TrimSpace(field), "="); name {
		case "Root":
			root = value
		case "Sampled":
			sampled = value
		}
	}
	var b [16]byte
	_, _ = s.clock.Read(b[:]) // a clock.Clock never fails to
	if sampled != "0" && sampled != "1" {
		sampled = "0"
		if x.deployed.tracing.take(x.now(), fraction(b[8:])) {
			sampled = "1"
		}
	}
	x.traceID = "Root=" + root + ";Sampled=" + sampled
	if sampled == "1" {
		x.traceID = "Root=" + root + ";Parent=" + hex.EncodeToString(b[:8]) + ";Sampled=1"
	}
	x.tracedAs = root
}

// fraction makes a number from 0 to below 1 of eight random bytes.
func fraction(random []byte) float64 {
	return float64(binary.LittleEndian.Uint64(random)>>11) / (1 << 53)
}
