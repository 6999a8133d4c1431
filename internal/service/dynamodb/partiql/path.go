package partiql

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"cloudless/internal/awserr"
	"cloudless/internal/service/dynamodb/attr"
)

const maxPathSteps = 32

func invalid(format string, args ...any) error {
	return awserr.Validation(fmt.Sprintf(format, args...))
}

var errEmptyName error = awserr.Validation("Path component cannot be an empty string")

// path returns where a name or a path leads.
func path(n *node) (attr.Path, error) {
	base := n
	var steps []*node
	if n.kind == nodePath {
		base, steps = n.kids[0], n.kids[1:]
	}
	if base.kind != nodeName {
		return nil, invalid("Unexpected path component at %s", base.at)
	}
	if base.text == "" {
		return nil, errEmptyName
	}
	p := make(attr.Path, 1, len(steps)+1)
	p[0] = attr.Step{Name: base.text}
	for _, n := range steps {
		step, err := pathStep(n)
		if err != nil {
			return nil, err
		}
		p = append(p, step)
	}
	if len(p) > maxPathSteps {
		return nil, invalid("The document path has too many nesting levels; nesting levels: %d", len(p))
	}
	return p, nil
}

func pathStep(n *node) (attr.Step, error) {
	switch {
	case n.kind == nodeNumber && !strings.ContainsAny(n.text, ".eE"):
		i, err := strconv.ParseInt(n.text, 10, 64)
		if err != nil || i < 0 || i > math.MaxInt32 {
			return attr.Step{}, invalid("List index is not within the allowable range; index: [%s] at %s", n.text, n.at)
		}
		return attr.Step{Index: int(i)}, nil
	case n.kind == nodeField, n.kind == nodeName, n.kind == nodeLiteral && n.value.Is(attr.String):
		if n.text == "" {
			return attr.Step{}, errEmptyName
		}
		return attr.Step{Name: n.text}, nil
	case n.kind == nodeAll && n.text == ".":
		return attr.Step{}, invalid("Unpivot path component like a.*.b are not supported at %s", n.at)
	case n.kind == nodeAll:
		return attr.Step{}, invalid("Wildcard path component like a[*].b are not supported at %s", n.at)
	}
	return attr.Step{}, invalid("Unexpected path component at %s", n.at)
}

// shownName is the name that AWS shows the value of a path under: the last
// name in it, and the indexes behind that.
func shownName(p attr.Path) string {
	last := len(p) - 1
	for p[last].IsIndex() {
		last--
	}
	name := p[last].Name
	for _, step := range p[last+1:] {
		name += "[" + strconv.Itoa(step.Index) + "]"
	}
	return name
}
