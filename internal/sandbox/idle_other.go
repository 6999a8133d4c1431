//go:build !linux

package sandbox

import "time"

// idleTime does not know here.
func idleTime() (total time.Duration, known bool) { return 0, false }
