package vtl

import "strings"

// lexer cuts a template into tokens.
//
// Velocity's language cannot be cut without knowing where one is: a dot is text,
// or a property, or half a range. So the lexer keeps a stack of states. It also
// cuts on demand, one token ahead of the parser at most where that matters,
// because the parser changes the state after a directive's name.
//
// The states, what ends them, and the longest match among the patterns of a state
// (match.go) are those of Velocity 1.7, since what a template prints between its
// directives depends on all of them.
type lexer struct {
	src   string
	pos   int
	state state
	stack []saved
	open  int // parentheses opened in this state
	shut  int // parentheses closed in it; not reset by push, as in Velocity
	inSet bool
	// slashEnd is where the run of backslashes ends that was measured last, so
	// that a long run is measured once and not once for each of its tokens.
	slashEnd int
	err      *ParseError
}

// saved is one entry of the stack of states.
type saved struct {
	state      state
	open, shut int
}

func (l *lexer) push(s state) {
	l.stack = append(l.stack, saved{l.state, l.open, l.shut})
	l.open = 0
	l.state = s
}

// pop goes back to the state before, and reports whether there was one.
func (l *lexer) pop() bool {
	if len(l.stack) == 0 {
		l.open = 0
		l.state = inText
		return false
	}
	top := l.stack[len(l.stack)-1]
	l.stack = l.stack[:len(l.stack)-1]
	l.state, l.open, l.shut = top.state, top.open, top.shut
	return true
}

// slashes returns how many backslashes stand at the current place.
func (l *lexer) slashes() int {
	if l.pos >= l.slashEnd {
		l.slashEnd = l.pos + backslashes(l.src[l.pos:])
	}
	return l.slashEnd - l.pos
}

// next returns the next token. After an error it returns tokEOF for ever.
func (l *lexer) next() *token {
	var special *token
	start := l.pos // of the image, which may be collected in several steps
	for l.err == nil {
		if l.pos == len(l.src) {
			if start < l.pos {
				l.err = errorAt(l.src, l.pos, "the template ends in the middle of %q", shorten(l.src[start:]))
				break
			}
			return &token{kind: tokEOF, pos: l.pos, special: special}
		}
		k, n := l.match()
		if n == 0 {
			l.err = errorAt(l.src, l.pos, "unexpected %q", firstRune(l.src[l.pos:]))
			break
		}
		l.pos += n
		switch {
		case k == tokSkip:
			start = l.pos
		case k == tokReferenceEnd || k == tokDirectiveEnd:
			special = &token{kind: k, image: l.src[start:l.pos], pos: start, special: special}
			l.pos -= n
			start = l.pos
			l.pop()
		case l.more(k):
		default:
			t := &token{kind: k, image: l.src[start:l.pos], pos: start, special: special}
			l.act(t)
			return t
		}
	}
	return &token{kind: tokEOF, pos: l.pos}
}

// more changes the state after a piece that only begins a token, and reports
// whether k is one.
func (l *lexer) more(k kind) bool {
	switch k {
	case tokDollar, tokDollarBang:
		if !l.state.comment() {
			if l.state == inReference {
				l.pop()
			}
			l.push(inReference)
		}
	case tokTextblock:
		if !l.state.comment() {
			l.push(inTextblock)
		}
	case tokFormalOpen:
		if !l.state.comment() {
			l.pos-- // the character behind "#**" is part of the comment
			l.push(inFormal)
		}
	case tokMultiOpen:
		if !l.state.comment() {
			l.push(inMulti)
		}
	case tokHash:
		if !l.state.comment() {
			if l.state == inReference || l.state == inModifier {
				l.pop()
			}
			l.push(inName)
		}
	case tokMore:
	default:
		return false
	}
	return true
}

// act changes the state after a whole token.
func (l *lexer) act(t *token) {
	switch t.kind {
	case tokIndexOpen:
		l.push(inIndex)
	case tokIndexClose, tokBraceClose, tokEnd, tokElse,
		tokLineEnd, tokFormalClose, tokMultiClose, tokTextblockClose:
		l.pop()
	case tokParenOpen:
		l.open++
		if l.state == inModifier {
			l.state = inArguments
		}
	case tokParenClose:
		l.closeParen()
	case tokCallClose:
		l.state = inReference
	case tokSet:
		l.push(inDirective)
		l.inSet = true
		l.open++
	case tokLineComment:
		if l.state == inReference {
			l.pop()
		}
		l.push(inLineComment)
	case tokString:
		if l.state == inDirective && !l.inSet && l.open == 0 {
			l.pop()
		}
	case tokIf, tokElseIf:
		l.state = inDirective
	case tokInteger:
		if strings.HasSuffix(t.image, "..") { // so that 1..3 is not 1. and .3
			l.pos -= 2
			t.image = t.image[:len(t.image)-2]
		}
		if l.open == 0 && !l.inSet && l.state != inArguments && l.state != inIndex {
			l.pop()
		}
	case tokFloat:
		if l.open == 0 && !l.inSet && l.state != inArguments {
			l.pop()
		}
	case tokDot:
		l.pos-- // the letter behind the dot begins an identifier
		t.image = "."
		l.state = inModifier
	}
}

// closeParen leaves the state whose parenthesis this closes, dropping the states
// above that have none open.
func (l *lexer) closeParen() {
	for {
		if l.open > 0 {
			if l.open == l.shut+1 {
				l.pop()
			} else {
				l.shut++
			}
			return
		}
		if !l.pop() {
			return
		}
	}
}
