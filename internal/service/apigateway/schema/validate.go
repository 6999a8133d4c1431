package schema

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// The bounds of one validation.
const (
	maxSteps   = 5_000_000
	maxNesting = 20_000 // of schemas within schemas, those of the parts included
)

// ErrTooComplex means that a body could not be held against a model within the
// bounds.
var ErrTooComplex = errors.New("validation takes too many steps")

// errLoop means that a model is defined by itself.
var errLoop = errors.New("the model's references run in a circle")

// Invalid says why a body is not what its model says.
type Invalid struct {
	Reasons []string // in AWS's words, at least one
}

// Error returns the text that AWS has in $context.error.validationErrorString,
// such as `[object has missing required properties (["name"])]`.
func (e *Invalid) Error() string { return "[" + strings.Join(e.Reasons, ", ") + "]" }

// Validate holds a body against the model. An empty body stands for {}, as on
// AWS. The error is an [*Invalid], or says why it could not be found out: the
// body is not JSON, or [ErrTooComplex]. AWS answers "Invalid request body" to
// either.
func (s *Schema) Validate(body []byte) error {
	if len(body) == 0 {
		body = []byte("{}")
	}
	v, err := parse(body)
	if err != nil {
		return fmt.Errorf("read the body: %w", err)
	}
	r := &run{steps: maxSteps, seen: map[met]verdict{}}
	valid := r.check(s.root, v, true)
	switch {
	case r.err != nil:
		return r.err
	case !valid:
		return &Invalid{Reasons: r.reasons}
	}
	return nil
}

// run is one validation.
type run struct {
	steps   int
	nesting int
	slow    time.Duration // spent on patterns that go back and forth
	seen    map[met]verdict
	reasons []string
	err     error // why it was given up; nothing that is found after it counts
}

// met is a schema that was held against a value.
type met struct {
	schema *node
	value  *instance
}

type verdict uint8

const (
	unknown verdict = iota
	underWay
	holds
	fails
	failsAndTold // the reasons are among the run's
)

func (r *run) spend(steps int) {
	if r.steps -= steps; r.steps < 0 {
		r.abort(ErrTooComplex)
	}
}

func (r *run) abort(why error) {
	if r.err == nil {
		r.err = why
	}
}

// fail adds a reason where it was asked for.
func (r *run) fail(tell bool, format string, args ...any) bool {
	if tell && len(r.reasons) < maxReasons {
		r.reasons = append(r.reasons, fmt.Sprintf(format, args...))
	}
	return false
}

// check holds a value against a schema. tell asks for the reasons.
//
// What a $ref leads to may be met from many sides for one value, and again in
// each of them: the verdict is kept, so that the work stays a product of the
// sizes of model and body. It is done twice at most, the second time for the
// reasons.
func (r *run) check(n *node, v *instance, tell bool) bool {
	if r.spend(1); r.err != nil {
		return false
	}
	if r.nesting++; r.nesting > maxNesting {
		r.abort(ErrTooComplex)
		return false
	}
	defer func() { r.nesting-- }()
	for hops := 0; n.ref != nil; hops++ {
		if n = n.ref; hops > maxDepth {
			r.abort(errLoop)
			return false
		}
	}
	if !n.shared {
		return r.rules(n, v, tell)
	}
	key := met{n, v}
	switch before := r.seen[key]; {
	case before == underWay:
		r.abort(errLoop)
		return false
	case before == holds:
		return true
	case before == failsAndTold, before == fails && !tell:
		return false
	}
	r.seen[key] = underWay
	valid := r.rules(n, v, tell)
	switch {
	case valid:
		r.seen[key] = holds
	case tell:
		r.seen[key] = failsAndTold
	default:
		r.seen[key] = fails
	}
	return valid
}
