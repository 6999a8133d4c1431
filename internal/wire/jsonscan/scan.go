// Package jsonscan reads and writes JSON in one pass and without garbage, for
// the codecs that tools/apigen writes for the operations that are called most.
//
//   - scan.go:   the scanner: objects, lists, numbers, booleans;
//   - text.go:   strings and binaries;
//   - append.go: writing;
//   - bounds.go: the constraints of a model, as far as they need no words.
//
// The promise: what a [Scanner] takes is what package jsonshape and the
// validation behind it take too, with the same value. It takes no more than
// that, and rather less: a scanner gives up on whatever is wrong or merely
// unusual (a null, a member that nobody knows or that comes twice, a number
// with a fraction), and says no word about it. Then the slow way begins anew
// and finds the answer or the refusal, so there is one place alone where
// refusals are worded.
//
// The package does not know any shape.
package jsonscan

import "strconv"

// Bounds of what is scanned. Package jsonshape takes deeper and larger
// documents.
const (
	maxDepth    = 64
	maxBrackets = 1 << 20
)

// Scanner reads one document. Once it has given up it reads nothing more, and
// every method returns the zero value, so that callers ask once, at the end.
type Scanner struct {
	text     []byte
	at       int
	depth    int
	brackets int  // that were opened so far
	fresh    bool // a bracket has just been opened
	failed   bool
}

// New returns a scanner of a document. It does not change it.
func New(text []byte) Scanner { return Scanner{text: text} }

// Fail gives up.
func (s *Scanner) Fail() {
	s.failed = true
	s.at = len(s.text)
}

// Done reports whether the whole document was read.
func (s *Scanner) Done() bool {
	s.space()
	return !s.failed && s.depth == 0 && s.at == len(s.text)
}

// Open reads the bracket '{' or '[' that begins an object or a list. What is in
// it is read in a loop:
//
//	for s.Open('{'); s.More('}'); {
func (s *Scanner) Open(bracket byte) {
	s.space()
	s.depth++
	s.brackets++
	if s.peek() != bracket || s.depth > maxDepth || s.brackets > maxBrackets {
		s.Fail()
		return
	}
	s.at++
	s.fresh = true
}

// More reports whether another member or element follows. If not, it has read
// the closing bracket.
func (s *Scanner) More(bracket byte) bool {
	s.space()
	first := s.fresh
	s.fresh = false
	switch c := s.peek(); {
	case s.failed:
		return false
	case c == bracket:
		s.at++
		s.depth--
		return false
	case first:
		return true
	case c == ',':
		s.at++
		s.space()
		return true
	}
	s.Fail()
	return false
}

// Name reads the name of a member and the colon behind it. The bytes are those
// of the document.
func (s *Scanner) Name() []byte {
	raw, plain := s.quoted()
	if !plain {
		s.Fail()
	}
	s.colon()
	return raw
}

func (s *Scanner) colon() {
	s.space()
	if s.peek() != ':' {
		s.Fail()
		return
	}
	s.at++
}

// Once gives up if the i-th member of a structure was there before.
func (s *Scanner) Once(seen *uint64, i int) {
	if *seen&(1<<i) != 0 {
		s.Fail()
	}
	*seen |= 1 << i
}

// Boolean reads true or false.
func (s *Scanner) Boolean() bool {
	s.space()
	switch {
	case s.literal("true"):
		return true
	case s.literal("false"):
		return false
	}
	s.Fail()
	return false
}

func (s *Scanner) literal(word string) bool {
	end := s.at + len(word)
	if end > len(s.text) || string(s.text[s.at:end]) != word {
		return false
	}
	s.at = end
	return true
}

// Integer reads a number of at most so many bits that has neither fraction nor
// exponent.
func (s *Scanner) Integer(bits int) int64 {
	s.space()
	start := s.at
	if s.peek() == '-' {
		s.at++
	}
	digits := s.at
	for c := s.peek(); '0' <= c && c <= '9'; c = s.peek() {
		s.at++
	}
	if c := s.peek(); c == '.' || c == 'e' || c == 'E' || s.at > digits+1 && s.text[digits] == '0' {
		s.Fail()
		return 0
	}
	n, err := strconv.ParseInt(string(s.text[start:s.at]), 10, bits)
	if err != nil {
		s.Fail()
		return 0
	}
	return n
}

// space skips white space.
func (s *Scanner) space() {
	for s.at < len(s.text) {
		switch s.text[s.at] {
		case ' ', '\t', '\n', '\r':
			s.at++
		default:
			return
		}
	}
}

// peek returns the next byte, or 0 at the end.
func (s *Scanner) peek() byte {
	if s.at < len(s.text) {
		return s.text[s.at]
	}
	return 0
}
