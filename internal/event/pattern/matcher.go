package pattern

import (
	"net/netip"
	"slices"
	"strings"
	"unicode/utf8"
)

// matcher is one value of a field in a pattern. match gets a leaf of the
// event; it is nil for what matches where there is none.
type matcher struct{ match func(*node) bool }

// onString is a matcher of strings.
func onString(match func(string) bool) matcher {
	return matcher{func(n *node) bool { return n.kind == '"' && match(n.text) }}
}

// exactString matches a string, and an address also in another spelling.
func exactString(want string) matcher {
	address, err := netip.ParseAddr(want)
	if err != nil || address.Zone() != "" {
		return onString(func(s string) bool { return s == want })
	}
	return onString(func(s string) bool {
		if s == want {
			return true
		}
		got, err := netip.ParseAddr(s)
		return err == nil && got == address
	})
}

func exactNumber(text string) matcher {
	micros, ok := toMicros(text)
	return matcher{func(n *node) bool {
		return n.kind == '0' && (n.text == text || ok && n.number && n.micros == micros)
	}}
}

// literal matches true, false or null.
func literal(n *node) matcher {
	kind := n.kind
	return matcher{func(n *node) bool { return n.kind == kind }}
}

func hasPrefix(s, prefix string) bool { return strings.HasPrefix(s, prefix) }
func hasSuffix(s, suffix string) bool { return strings.HasSuffix(s, suffix) }

func hasPrefixFold(s, prefix string) bool {
	at := 0
	for range prefix {
		if at == len(s) {
			return false
		}
		_, size := utf8.DecodeRuneInString(s[at:])
		at += size
	}
	return strings.EqualFold(s[:at], prefix)
}

func hasSuffixFold(s, suffix string) bool {
	at := len(s)
	for range suffix {
		if at == 0 {
			return false
		}
		_, size := utf8.DecodeLastRuneInString(s[:at])
		at -= size
	}
	return strings.EqualFold(s[at:], suffix)
}

// none turns a test of strings into one that no string of a list passes. What
// is no string passes.
func none(list []string, test func(s, of string) bool) matcher {
	return matcher{func(n *node) bool {
		return n.kind != '"' || !slices.ContainsFunc(list, func(of string) bool { return test(n.text, of) })
	}}
}

func noneOfNumbers(list []int64) matcher {
	return matcher{func(n *node) bool { return !n.number || !slices.Contains(list, n.micros) }}
}

// bound is one side of a range of numbers, in millionths.
type bound struct {
	set  bool
	at   int64
	open bool // at itself is not within
}

func within(low, high bound) matcher {
	return matcher{func(n *node) bool {
		return n.number &&
			(!low.set || n.micros > low.at || !low.open && n.micros == low.at) &&
			(!high.set || n.micros < high.at || !high.open && n.micros == high.at)
	}}
}

func inNetwork(network netip.Prefix) matcher {
	return onString(func(s string) bool {
		address, err := netip.ParseAddr(s)
		return err == nil && address.Zone() == "" && network.Contains(address)
	})
}

// glob is a wildcard pattern: literal pieces with anything between them.
type glob []string

// match goes through s once: the first place that fits a piece leaves the most
// for those that follow.
func (g glob) match(s string) bool {
	if len(g) == 1 {
		return s == g[0]
	}
	first, last := g[0], g[len(g)-1]
	if len(s) < len(first)+len(last) || !strings.HasPrefix(s, first) || !strings.HasSuffix(s, last) {
		return false
	}
	s = s[len(first) : len(s)-len(last)]
	for _, piece := range g[1 : len(g)-1] {
		_, rest, found := strings.Cut(s, piece)
		if !found {
			return false
		}
		s = rest
	}
	return true
}
