package sandbox

import (
	"fmt"
	"hash/crc32"

	"cloudless/internal/clock"
)

// newTrace is what an invocation that belongs to no trace has for X-Amzn-Trace-Id, as
// recorded of AWS's: one of its own, which nobody samples. Libraries for tracing
// complain where there is none.
func newTrace(c clock.Clock, functionARN string) string {
	return fmt.Sprintf("Root=1-%08x-%s;Parent=%s;Sampled=0;Lineage=1:%08x:0",
		uint32(c.Now().Unix()), randomHex(c, 12), randomHex(c, 8), crc32.ChecksumIEEE([]byte(functionARN)))
}
