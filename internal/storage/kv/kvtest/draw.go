package kvtest

import (
	"fmt"
	"strings"

	"cloudless/internal/storage/kv"
)

// writes draws a few keys and what they get; nil deletes.
func (h *history) writes() map[string]*string {
	writes := map[string]*string{}
	for range h.rng.IntN(6) {
		if h.rng.IntN(3) == 0 {
			writes[h.key()] = nil
		} else {
			writes[h.key()] = new(h.value())
		}
	}
	return writes
}

// key draws from so few keys that they meet often, among them prefixes of each
// other and the outermost bytes.
func (h *history) key() string {
	b := make([]byte, 1+h.rng.IntN(3))
	for i := range b {
		b[i] = "\x00ab\xff"[h.rng.IntN(4)]
	}
	return string(b)
}

func (h *history) value() string {
	switch h.rng.IntN(10) {
	case 0:
		return ""
	case 1:
		return strings.Repeat(fmt.Sprint(h.step, " "), 2000)
	default:
		return fmt.Sprintf("step %d, %x", h.step, h.rng.Uint32())
	}
}

// span draws a range, either way around; a bound may be open, or crossed.
func (h *history) span() kv.Range {
	r := kv.Range{Reverse: h.rng.IntN(2) == 0}
	if h.rng.IntN(4) == 0 {
		p := kv.Prefix([]byte(h.key()))
		p.Reverse = r.Reverse
		return p
	}
	if h.rng.IntN(4) > 0 {
		r.Start = []byte(h.key())
	}
	if h.rng.IntN(4) > 0 {
		r.End = []byte(h.key())
	}
	return r
}
