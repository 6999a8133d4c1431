package main

import "testing"

func TestTheCacheGrowsWithTheMachine(t *testing.T) {
	const mib, gib = 1 << 20, 1 << 30
	for _, c := range []struct{ memory, want int64 }{
		{512 * mib, 64 * mib},
		{4 * gib, 256 * mib},
		{24 * gib, 1536 * mib},
		{256 * gib, 2 * gib},
	} {
		if got := cacheOf(uint64(c.memory)); got != c.want {
			t.Errorf("a machine with %d bytes has a cache of %d; it wants %d", c.memory, got, c.want)
		}
	}
	if got := defaultCacheBytes(); got < 64*mib || got > 2*gib {
		t.Errorf("this machine has a cache of %d bytes", got)
	}
}
