package vtl

import (
	"unicode/utf16"
	"unicode/utf8"
)

// units is a string as Java counts it: in UTF-16 units. ASCII needs no conversion.
type units struct {
	ascii string
	wide  []uint16
}

func unitsOf(s string) units {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return units{wide: utf16.Encode([]rune(s))}
		}
	}
	return units{ascii: s}
}

func (u units) len() int { return len(u.ascii) + len(u.wide) }

func (u units) at(i int) uint16 {
	if u.wide != nil {
		return u.wide[i]
	}
	return uint16(u.ascii[i])
}

func (u units) slice(from, to int) string {
	if u.wide != nil {
		return string(utf16.Decode(u.wide[from:to]))
	}
	return u.ascii[from:to]
}

func (u units) hasAt(i int, n units) bool {
	for k := range n.len() {
		if u.at(i+k) != n.at(k) {
			return false
		}
	}
	return true
}

// byteOffset returns where in s its i-th unit begins; the nearest end if there is
// none.
func byteOffset(s string, i int) int {
	if i <= 0 {
		return 0
	}
	for at, r := range s {
		if i <= 0 {
			return at
		}
		i--
		if r > 0xffff {
			i--
		}
	}
	return len(s)
}
