package apigateway

import (
	"sync"
	"time"
)

// maxSaid bounds what is kept of the words of a stage's authorizers.
const maxSaid = 10_000

// said keeps what authorizers have said to a stage. It lives as long as the
// stage is kept ready as it is: whatever changes there, a new deployment
// included, begins with nothing.
type said struct {
	mu    sync.Mutex
	words map[string]word // by authorizer and identity; guarded by mu
}

// word is one answer of an authorizer.
type word struct {
	*authorization
	until time.Time
}

// get returns what was said of an identity, or nil if that does not hold any
// more.
func (c *said) get(key string, now time.Time) *authorization {
	c.mu.Lock()
	defer c.mu.Unlock()
	w, found := c.words[key]
	switch {
	case !found:
		return nil
	case !now.Before(w.until):
		delete(c.words, key)
		return nil
	}
	return w.authorization
}

// put keeps what was said. Where there is no room, any other goes.
func (c *said) put(key string, a *authorization, until time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.words == nil {
		c.words = map[string]word{}
	}
	for other := range c.words {
		if len(c.words) < maxSaid {
			break
		}
		delete(c.words, other)
	}
	c.words[key] = word{a, until}
}
