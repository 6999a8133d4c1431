package transfer

// ionFrame finds the end of a struct, by its braces outside of strings, blobs
// and comments.
type ionFrame struct {
	depth  int
	state  ionState
	quotes int // of three, seen at the beginning or end of a long string
}

type ionState byte

const (
	ionOutside  ionState = iota
	ionBrace             // behind an opening brace
	ionInString          // …, and behind a backslash in it
	ionEscape
	ionInSymbol
	ionSymbolEscape
	ionInLong
	ionLongEscape
	ionQuote // behind one single quote or two
	ionInBlob
	ionBlobEnd // behind a closing brace in it
	ionSlash
	ionLineComment
	ionBlockComment
	ionBlockEnd // behind an asterisk in it
)

func (f *ionFrame) begin() { *f = ionFrame{} }

func (f *ionFrame) scan(b []byte) (n int, end bool) {
	for i := 0; i < len(b); i++ {
		if f.step(b[i]) {
			return i + 1, true
		}
	}
	return len(b), false
}

// step reads a byte, and reports whether the struct ends with it.
func (f *ionFrame) step(c byte) bool {
	switch f.state {
	case ionBrace:
		if c == '{' {
			f.depth--
			f.state = ionInBlob
			return false
		}
		return f.outside(c)
	case ionQuote:
		return f.quote(c)
	case ionSlash:
		switch c {
		case '/':
			f.state = ionLineComment
		case '*':
			f.state = ionBlockComment
		default:
			return f.outside(c)
		}
	case ionOutside:
		return f.outside(c)
	default:
		f.state = inside(f.state, c, &f.quotes)
	}
	return false
}

// outside reads a byte that is of no string, blob or comment.
func (f *ionFrame) outside(c byte) bool {
	f.state = ionOutside
	switch c {
	case '{':
		f.depth++
		f.state = ionBrace
	case '[':
		f.depth++
	case '}', ']':
		f.depth--
		return f.depth <= 0
	case '"':
		f.state = ionInString
	case '\'':
		f.state, f.quotes = ionQuote, 1
	case '/':
		f.state = ionSlash
	}
	return false
}

// quote reads what is behind one or two single quotes: a third makes a long
// string, and two alone are an empty symbol.
func (f *ionFrame) quote(c byte) bool {
	switch {
	case c == '\'' && f.quotes == 2:
		f.state, f.quotes = ionInLong, 0
	case c == '\'':
		f.quotes = 2
	case f.quotes == 2:
		return f.outside(c)
	case c == '\\':
		f.state = ionSymbolEscape
	default:
		f.state = ionInSymbol
	}
	return false
}

// inside reads a byte of a string, blob or comment, and returns the state
// behind it.
func inside(state ionState, c byte, quotes *int) ionState {
	switch state {
	case ionInString:
		switch c {
		case '"':
			return ionOutside
		case '\\':
			return ionEscape
		}
	case ionEscape:
		return ionInString
	case ionInSymbol:
		switch c {
		case '\'':
			return ionOutside
		case '\\':
			return ionSymbolEscape
		}
	case ionSymbolEscape:
		return ionInSymbol
	case ionInLong:
		if c != '\'' {
			*quotes = 0
		} else if *quotes++; *quotes == 3 {
			return ionOutside
		}
		if c == '\\' {
			return ionLongEscape
		}
	case ionLongEscape:
		return ionInLong
	case ionInBlob, ionBlobEnd:
		if c != '}' {
			return ionInBlob
		}
		if state == ionBlobEnd {
			return ionOutside
		}
		return ionBlobEnd
	case ionLineComment:
		if c == '\n' {
			return ionOutside
		}
	case ionBlockComment, ionBlockEnd:
		switch {
		case c == '*':
			return ionBlockEnd
		case c == '/' && state == ionBlockEnd:
			return ionOutside
		}
		return ionBlockComment
	}
	return state
}
