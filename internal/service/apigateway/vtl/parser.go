package vtl

import (
	"slices"
	"strings"
)

// maxNesting bounds how deeply blocks, parentheses, arguments and strings may lie
// in each other.
const maxNesting = 200

// parser turns tokens into nodes in one pass, top down. It looks two tokens ahead
// at most and never goes back.
//
// A function that fails panics with a *ParseError, which [parse] recovers: the
// grammar reads better without an error after every call.
type parser struct {
	lex     *lexer
	dialect Dialect
	last    *token // the token taken last
	depth   int
	// macros are those that the template has defined so far. Strings and what
	// #evaluate reads share them with the template around.
	macros *macroTable
}

// parse parses src, whose offset in the whole template is only known for the
// template itself.
func parse(src string, d Dialect, macros *macroTable, depth int) (b block, err error) {
	p := &parser{lex: &lexer{src: src}, dialect: d, macros: macros, depth: depth}
	p.last = &token{}
	defer func() {
		switch e := recover().(type) {
		case nil:
		case *ParseError:
			err = e
		default:
			panic(e)
		}
	}()
	b = p.block()
	if t := p.peek(); t.kind != tokEOF {
		p.unexpected(t)
	}
	return b, nil
}

// peek returns the next token without taking it.
func (p *parser) peek() *token { return p.after(p.last) }

// peek2 returns the token after the next.
func (p *parser) peek2() *token { return p.after(p.peek()) }

func (p *parser) after(t *token) *token {
	if t.next == nil {
		t.next = p.lex.next()
		if p.lex.err != nil {
			panic(p.lex.err)
		}
	}
	return t.next
}

func (p *parser) take() *token {
	p.last = p.peek()
	return p.last
}

// accept takes the next token if it is of one of the kinds.
func (p *parser) accept(kinds ...kind) bool {
	if slices.Contains(kinds, p.peek().kind) {
		p.take()
		return true
	}
	return false
}

// expect takes the next token, which must be of one of the kinds.
func (p *parser) expect(kinds ...kind) *token {
	if t := p.peek(); !slices.Contains(kinds, t.kind) {
		p.unexpected(t)
	}
	return p.take()
}

func (p *parser) unexpected(t *token) {
	if t.kind == tokEOF {
		p.fail(t.pos, "the template ends too early; an #end or a parenthesis may be missing")
	}
	p.fail(t.pos, "unexpected %q", shorten(t.image))
}

func (p *parser) fail(pos int, format string, args ...any) {
	panic(errorAt(p.lex.src, pos, format, args...))
}

// enter counts one level of nesting; its result must be called on leaving.
func (p *parser) enter() func() {
	p.depth++
	if p.depth > maxNesting {
		p.fail(p.peek().pos, "more than %d levels of nesting", maxNesting)
	}
	return func() { p.depth-- }
}

// block parses statements up to a token that begins none.
func (p *parser) block() block {
	defer p.enter()()
	var b block
	for {
		n, ok := p.statement()
		if !ok {
			return b
		}
		b = b.with(n)
	}
}

// with appends n, joining text to text.
func (b block) with(n node) block {
	text, ok := n.(textNode)
	if !ok {
		return append(b, n)
	}
	if text == "" {
		return b
	}
	if len(b) > 0 {
		if before, ok := b[len(b)-1].(textNode); ok {
			b[len(b)-1] = before + text
			return b
		}
	}
	return append(b, text)
}

// statement parses one statement, if there is one.
func (p *parser) statement() (node, bool) {
	t := p.peek()
	switch t.kind {
	case tokIf:
		return p.ifStatement(), true
	case tokIdentifier:
		return p.reference(), true
	case tokBraceOpen:
		if p.peek2().kind == tokIdentifier {
			return p.reference(), true
		}
		return p.text(), true
	case tokLineComment:
		p.take()
		p.accept(tokLineEnd)
		return comment(t), true
	case tokFormalClose, tokMultiClose:
		p.take()
		return comment(t), true
	case tokTextblockClose:
		p.take()
		// The first three characters go, even if a "$" stands before the "#[[".
		return textNode(t.image[3 : len(t.image)-3]), true
	case tokSet:
		return p.setDirective(), true
	case tokEscapedDirective:
		p.take()
		t.image = p.unescapeDirective(t.image) // also where a literal shows it
		return textNode(t.image), true
	case tokDoubleEscape:
		return p.escapes(), true
	case tokWord, tokBracedWord:
		return p.directive(), true
	case tokParenOpen, tokParenClose, tokEscape, tokText, tokString, tokInteger, tokFloat,
		tokDot, tokBraceClose, tokEmptyIndex:
		return p.text(), true
	}
	return nil, false
}

func (p *parser) text() node { return textNode(literalText(p.take())) }

// comment prints what led to the comment without belonging to it, such as a "$".
func comment(t *token) node {
	i := strings.Index(t.image, "##")
	if i < 0 {
		i = max(0, strings.Index(t.image, "#*"))
	}
	return textNode(t.image[:i])
}

// unescapeDirective returns what backslashes and a directive's name print: half
// of the backslashes and the name, if there is such a directive.
func (p *parser) unescapeDirective(image string) string {
	last := strings.LastIndexByte(image, '\\')
	if !p.controls(image[last+1:]) {
		return image
	}
	return image[:last/2] + image[last+1:]
}

// escapes parses pairs of backslashes. They print as single ones in front of a
// directive, as they are elsewhere.
func (p *parser) escapes() node {
	pairs := 0
	for p.accept(tokDoubleEscape) {
		pairs++
	}
	if t := p.peek(); t.kind == tokIf || t.kind == tokElse || t.kind == tokElseIf || t.kind == tokEnd ||
		len(t.image) > 0 && p.known(t.image[1:]) {
		return textNode(strings.Repeat(`\`, pairs))
	}
	return textNode(strings.Repeat(`\\`, pairs))
}

// controls reports whether "#name" or "#{name}" is a directive.
func (p *parser) controls(image string) bool {
	name := image[1:]
	if strings.HasPrefix(name, "{") {
		name = name[1 : len(name)-1]
	}
	switch name {
	case "if", "else", "elseif", "end", "set":
		return true
	}
	return p.known(name)
}

// known reports whether there is a directive or a macro of that name beyond those
// of the grammar.
func (p *parser) known(name string) bool {
	return p.dialect.directive(name) != notDirective || p.macros.named(name)
}

// literalText returns how the token is written, with what precedes it without
// belonging to any token.
func literalText(t *token) string {
	if t.kind == tokMultiClose {
		return ""
	}
	if t.special == nil {
		return t.image
	}
	return specialText(t.special) + t.image
}

// specialText returns the "$" and "#" of special tokens, with the backslashes in
// front of a "$".
func specialText(t *token) string {
	var b strings.Builder
	if t.special != nil {
		b.WriteString(specialText(t.special))
	}
	s := t.image
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '#', '$':
			b.WriteByte(s[i])
		case '\\':
			n := backslashes(s[i:])
			if strings.HasPrefix(s[i+n:], "$") {
				b.WriteString(s[i : i+n+1])
				i += n + 1 // Velocity loses the character behind
			} else {
				i += n - 1
			}
		}
	}
	return b.String()
}

// literalOf returns how the tokens from first to last are written.
func literalOf(first, last *token) string {
	if first == last {
		return literalText(first)
	}
	var b strings.Builder
	for t := first; ; t = t.next {
		b.WriteString(literalText(t))
		if t == last {
			return b.String()
		}
	}
}
