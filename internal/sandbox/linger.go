package sandbox

import "time"

// To end an environment is work, most of it the kernel's: its memory, its mounts and its
// network are taken apart, which keeps a core busy for ten milliseconds and more. When a
// function is updated, this would be just when its next event needs the
// processors to start anew. An environment that is frozen uses nothing but its
// memory, so its end waits for a moment in which none starts.

const (
	// lingerTime is how long it waits at least, and how long before it looks again.
	lingerTime = 100 * time.Millisecond
	// longestLinger bounds it, on a machine that starts environments all the time.
	longestLinger = time.Second
	// maxLingering environments wait so, whose memory others may want: few.
	maxLingering = 4
)

// endLater ends an environment that is frozen and that nobody needs.
func (m *Manager) endLater(e *environment) {
	select {
	case m.lingering <- struct{}{}:
		m.linger()
		<-m.lingering
	default: // there are enough of them
	}
	e.end()
}

func (m *Manager) linger() {
	for waited := time.Duration(0); waited < longestLinger; waited += lingerTime {
		select {
		case <-m.cfg.Clock.After(lingerTime):
		case <-m.closing:
			return
		}
		if len(m.turns) == 0 {
			return
		}
	}
}
