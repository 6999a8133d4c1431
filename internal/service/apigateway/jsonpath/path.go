package jsonpath

import (
	"errors"
	"fmt"

	"cloudless/internal/service/apigateway/value"
)

// Errors of a search; compare with errors.Is.
var (
	// ErrNotFound says that a definite path leads nowhere.
	ErrNotFound = errors.New("no results for the path")
	// ErrTooLong says that a search would take more steps than it may.
	ErrTooLong = errors.New("the search takes too many steps")
)

// SyntaxError says why a text is no path.
type SyntaxError struct {
	Path   string
	Offset int // in bytes
	Msg    string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("JSONPath %q, offset %d: %s", e.Path, e.Offset, e.Msg)
}

// Path is a compiled path. It is never changed, so goroutines may share it.
type Path struct {
	tokens   []token
	definite bool
}

// Compile reads a path such as $.pets[0].name. A path without "$" begins at the
// root too. The error is a [*SyntaxError].
func Compile(text string) (*Path, error) {
	p := &parser{src: text}
	return p.path()
}

// Definite reports whether the path names one place.
func (p *Path) Definite() bool { return p.definite }

// Find returns what the path finds in root: the value itself for a definite path, a
// new list for any other. The error is [ErrNotFound], [ErrTooLong], or one of a
// function that cannot be applied. steps bounds the work and is decreased by what
// was used.
func (p *Path) Find(root value.Value, steps *int) (value.Value, error) {
	s := &search{root: root, steps: steps}
	return s.find(p, root)
}

// search is one evaluation of a path, with those in its filters.
type search struct {
	root  value.Value
	steps *int
	depth int
}

func (s *search) step() error {
	*s.steps--
	if *s.steps < 0 {
		return ErrTooLong
	}
	return nil
}

// find evaluates p on v, which is the root or, in a filter, an element.
func (s *search) find(p *Path, v value.Value) (value.Value, error) {
	if fn := p.overDescent(); fn != nil {
		return s.aggregate(p, fn, v)
	}
	found, err := s.collect(p.tokens, v)
	if err != nil {
		return nil, err
	}
	if !p.definite {
		return value.ListOf(value.JSONArray, found...), nil
	}
	if len(found) == 0 {
		return nil, ErrNotFound
	}
	return found[len(found)-1], nil
}

// collect returns everything at the end of the tokens.
func (s *search) collect(tokens []token, v value.Value) ([]value.Value, error) {
	var found []value.Value
	w := walk{s, tokens, func(v value.Value) { found = append(found, v) }}
	err := w.from(0, v)
	return found, err
}

// walk follows the tokens of a path and emits what stands at its end.
type walk struct {
	*search
	tokens []token
	emit   func(value.Value)
}

// from goes on with the i-th token at v.
func (w walk) from(i int, v value.Value) error {
	if err := w.step(); err != nil {
		return err
	}
	if i == len(w.tokens) {
		w.emit(v)
		return nil
	}
	return w.tokens[i].apply(w, i, v)
}

// last reports whether nothing follows the i-th token.
func (w walk) last(i int) bool { return i == len(w.tokens)-1 }

// certain reports whether all tokens before the i-th are definite. Then a step
// that leads nowhere is an error; else it is one result less.
func (w walk) certain(i int) bool {
	for k, t := range w.tokens[:i] {
		if !t.definite(k == len(w.tokens)-1) {
			return false
		}
	}
	return true
}
