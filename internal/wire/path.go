package wire

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Path is the way from an input to a value inside of it, as validation
// messages write it: 'keySchema.1.member.attributeName'.
type Path []step

// step is a member's name, a list's index or a map's key.
type step struct {
	name  string
	index int // from 1; 0 if this step is a name or a key
	key   bool
}

// Member returns the path one member deeper.
func (p Path) Member(name string) Path { return append(p, step{name: name}) }

// Index returns the path one list element deeper; i counts from 0.
func (p Path) Index(i int) Path { return append(p, step{index: i + 1}) }

// Key returns the path one map value deeper.
func (p Path) Key(k string) Path { return append(p, step{name: k, key: true}) }

// Last returns the name of the member that the path leads to, or into.
func (p Path) Last() string {
	for _, s := range slices.Backward(p) {
		if s.index == 0 && !s.key {
			return lowerFirst(s.name)
		}
	}
	return ""
}

// String writes the path as AWS's messages do.
func (p Path) String() string { return p.write(lowerFirst) }

// Spelled writes the path with the names as the model spells them, as AWS's
// newer messages do.
func (p Path) Spelled() string { return p.write(func(name string) string { return name }) }

func (p Path) write(spell func(name string) string) string {
	var b strings.Builder
	for i, s := range p {
		if i > 0 {
			b.WriteByte('.')
		}
		switch {
		case s.index > 0:
			b.WriteString(strconv.Itoa(s.index))
			b.WriteString(".member")
		case s.key:
			b.WriteString(s.name)
			b.WriteString(".member")
		default:
			b.WriteString(spell(s.name))
		}
	}
	return b.String()
}

func lowerFirst(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToLower(r)) + s[n:]
}

// Presence remembers what a Go struct cannot tell after decoding: which
// required scalars were absent, and which enumerations were present but empty.
// The zero value is ready for use.
type Presence struct {
	absent, blank map[string]bool
}

// Absent records that the required member at p was not in the request.
func (s *Presence) Absent(p Path) { note(&s.absent, p) }

// Blank records that the enumeration at p was given as "".
func (s *Presence) Blank(p Path) { note(&s.blank, p) }

// maxNotes bounds what is remembered of a request in which much is wrong. It is
// more than is told.
const maxNotes = 1000

func note(notes *map[string]bool, p Path) {
	if *notes == nil {
		*notes = map[string]bool{}
	}
	if len(*notes) < maxNotes {
		(*notes)[p.String()] = true
	}
}

// AnyAbsent reports whether a required scalar was absent.
func (s *Presence) AnyAbsent() bool { return len(s.absent) > 0 }
