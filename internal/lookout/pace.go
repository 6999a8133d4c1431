package lookout

import "time"

const (
	// soon is in how many moments something came that may come within one if it is looked for.
	soon = 2
	// longestRest is after how many times, at most, it is tried again.
	longestRest = 127
)

// pace is how what was expected has come lately.
type pace struct {
	moment  time.Duration
	since   time.Time // when it was expected
	brisk   bool      // the last came soon
	missed  bool      // nothing came when it was looked for
	rest    int       // times for which not to look
	penalty int       // what rest was when last something was missed
}

// came notes that what was expected has come.
func (p *pace) came() {
	p.brisk = time.Since(p.since) < soon*p.moment
	switch {
	case p.missed:
		p.missed, p.penalty = false, min(2*p.penalty+1, longestRest)
		p.rest = p.penalty
	case p.rest > 0:
		p.rest--
	default:
		p.penalty = 0
	}
}

func (p *pace) quick() bool { return p.brisk && p.rest == 0 }
