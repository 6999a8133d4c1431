package vtl

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// ParseError says why a template is none.
type ParseError struct {
	Line, Column int // from 1; the column counts characters
	Msg          string
}

func (e *ParseError) Error() string {
	return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.Msg)
}

// RenderError says why a template came to no end. Limits that were exceeded are
// its cause as [*LimitError].
type RenderError struct {
	Line, Column int // where in the template, from 1
	Cause        error
}

func (e *RenderError) Error() string {
	return fmt.Sprintf("line %d, column %d: %v", e.Line, e.Column, e.Cause)
}

// Unwrap returns the cause.
func (e *RenderError) Unwrap() error { return e.Cause }

// LimitError says which of the [Limits] a template would have exceeded.
type LimitError struct {
	Limit string // the field's name in Limits
	Max   int
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("the template exceeds the limit %s of %d", e.Limit, e.Max)
}

// errorAt makes a ParseError for the place at offset pos of src.
func errorAt(src string, pos int, format string, args ...any) *ParseError {
	line, column := place(src, pos)
	return &ParseError{Line: line, Column: column, Msg: fmt.Sprintf(format, args...)}
}

// place turns an offset into line and column.
func place(src string, pos int) (line, column int) {
	before := src[:min(pos, len(src))]
	start := strings.LastIndexByte(before, '\n') + 1
	return strings.Count(before, "\n") + 1, utf8.RuneCountInString(before[start:]) + 1
}

// shorten makes s fit for a message.
func shorten(s string) string {
	const most = 20
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

func firstRune(s string) string {
	_, n := utf8.DecodeRuneInString(s)
	return s[:n]
}
