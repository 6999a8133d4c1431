package vtl

// kind tells tokens apart. Where two kinds match text of the same length, the one
// declared first wins; this order is Velocity's.
type kind uint8

const (
	tokEOF kind = iota
	tokIndexOpen
	tokIndexClose
	tokBracketOpen
	tokBracketClose
	tokComma
	tokRange
	tokColon
	tokMapOpen
	tokMapClose
	tokParenOpen
	tokParenClose
	tokCallClose // the ")" of a method's arguments
	tokEscapedDirective
	tokSet
	tokDollar       // more follows
	tokDollarBang   // more follows
	tokTextblock    // "#[[", more follows
	tokFormalOpen   // "#**", more follows
	tokMultiOpen    // "#*", more follows
	tokHash         // more follows
	tokLineComment  // "##"
	tokDoubleEscape // two backslashes
	tokEscape       // one backslash
	tokText
	tokLineEnd // of a "##" comment
	tokFormalClose
	tokMultiClose
	tokTextblockClose
	tokSkip // a character inside a comment
	tokMore // a character inside #[[ ]]#
	tokSpace
	tokString
	tokTrue
	tokFalse
	tokMinus
	tokPlus
	tokTimes
	tokDivide
	tokModulus
	tokAnd
	tokOr
	tokLess
	tokLessEqual
	tokGreater
	tokGreaterEqual
	tokEqual
	tokNotEqual
	tokNot
	tokAssign
	tokEnd
	tokIf
	tokElseIf
	tokElse
	tokInteger
	tokFloat
	tokWord
	tokBracedWord // {word}
	tokIdentifier
	tokDot
	tokBraceOpen
	tokBraceClose
	tokReferenceEnd // a character that ends a reference; given back
	tokDirectiveEnd // a character that ends what was no directive; given back
	tokEmptyIndex   // "$[" and its like: plain text
)

// token is a piece of the template. Tokens form a list in the order of the text.
type token struct {
	kind  kind
	image string // the text, with the "$" or "#" that led to the token
	pos   int    // where image begins in the source
	next  *token
	// special is text before the token that belongs to no token of its own: a
	// "$" that began no reference, a "#" that began no directive.
	special *token
}

// state is what the lexer is in the middle of; it decides what can come next.
type state uint8

const (
	inText        state = iota
	inReference         // after "$" or "$!"
	inModifier          // after the dot of a reference
	inArguments         // between the parentheses of a method
	inIndex             // between the brackets of an index
	inDirective         // after a directive's name
	inName              // after "#", before the name
	inLineComment       // after "##"
	inMulti             // after "#*"
	inFormal            // after "#**"
	inTextblock         // after "#[["
)

// comment reports whether text of the state is not looked at.
func (s state) comment() bool { return s >= inLineComment }
