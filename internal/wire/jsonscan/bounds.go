package jsonscan

import "unicode/utf8"

// Length gives up on a text that has fewer characters than least or more than
// most.
func (s *Scanner) Length(text string, least, most int) {
	if n := len(text); n >= least && n <= most && least <= 1 {
		return // as many bytes are no more characters, and not none
	}
	if n := utf8.RuneCountInString(text); n < least || n > most {
		s.Fail()
	}
}

// Count gives up on a list or map that has fewer elements than least or more
// than most.
func (s *Scanner) Count(n, least, most int) {
	if n < least || n > most {
		s.Fail()
	}
}

// Range gives up on a number that is less than least or more than most.
func (s *Scanner) Range(n, least, most int64) {
	if n < least || n > most {
		s.Fail()
	}
}

// Require gives up unless all members are there that required tells.
func (s *Scanner) Require(seen, required uint64) {
	if seen&required != required {
		s.Fail()
	}
}

// IsName gives up on a text with anything else than letters, digits and "_.-",
// which is the pattern of most names: [a-zA-Z0-9_.-]+
func (s *Scanner) IsName(text string) {
	for i := range len(text) {
		switch c := text[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '_', c == '.', c == '-':
		default:
			s.Fail()
			return
		}
	}
	s.Count(len(text), 1, len(text))
}
