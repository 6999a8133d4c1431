package partiql

import (
	"slices"
	"strconv"
	"strings"

	"cloudless/internal/awserr"
	"cloudless/internal/service/dynamodb/attr"
)

// binder makes a Statement of a tree and the parameters of one request.
type binder struct {
	params    []attr.Value
	operators int // and functions, of the condition or the update
}

// maxOperators is how many operators and functions a condition has at most.
const maxOperators = 300

// operator counts one of them.
func (b *binder) operator() error {
	if b.operators++; b.operators > maxOperators {
		return invalid("The expression contains too many operators; operator count: %d", b.operators)
	}
	return nil
}

var errParameterCount error = awserr.Validation("Number of parameters in request and statement don't match.")

// param returns the parameter that stands for a question mark. AWS's local
// edition does not mind parameters that no question mark asks for.
func (b *binder) param(n *node) (attr.Value, error) {
	if n.param >= len(b.params) {
		return nil, errParameterCount
	}
	return b.params[n.param], nil
}

// place is where a value lies within a literal. Nil is the literal itself.
type place struct {
	within *place
	name   string // of a field; "" for an element
	index  int
	depth  int // how many lists and maps are around the value
}

func (p *place) inside(name string, index int) *place {
	depth := 1
	if p != nil {
		depth = p.depth + 1
	}
	return &place{p, name, index, depth}
}

// String returns the place as AWS's messages show it: root.a[0].
func (p *place) String() string {
	if p == nil {
		return "root"
	}
	if p.name == "" {
		return p.within.String() + "[" + strconv.Itoa(p.index) + "]"
	}
	return p.within.String() + "." + p.name
}

// literal returns the value of an expression that has to be a literal.
func literal(n *node, at *place) (attr.Value, error) {
	if at != nil && at.depth >= attr.MaxDepth {
		return nil, invalid("Nesting Levels have exceeded supported limits under %s", at)
	}
	switch n.kind {
	case nodeLiteral:
		return n.value, nil
	case nodeNumber:
		if n.fault != nil {
			return nil, numberFault(n.fault, at.String())
		}
		return n.value, nil
	case nodeIon:
		return nil, invalid("Ion Literals are not supported: %s under key %s at %s", ionType(n.text), at, n.at)
	case nodeBag:
		return set(n, at)
	case nodeList:
		values := make([]attr.Value, len(n.kids))
		for i, kid := range n.kids {
			var err error
			if values[i], err = literal(kid, at.inside("", i)); err != nil {
				return nil, err
			}
		}
		return attr.ListOf(values...), nil
	case nodeTuple:
		fields, err := tupleFields(n, at, at.inside)
		if err != nil {
			return nil, err
		}
		return attr.MapOf(fields...), nil
	}
	return nil, invalid("Unsupported data type: %s under key %s%s", typeOf(n, at != nil), at, shownPosition(n))
}

// shownPosition is where messages about literals say that something stands,
// which they do not of a path.
func shownPosition(n *node) string {
	if n.kind == nodePath {
		return ""
	}
	return " at " + n.at.String()
}

// tupleFields returns the names and values of a tuple. inside is the place of
// the value that has a name.
func tupleFields(n *node, at *place, inside func(name string, index int) *place) ([]attr.Field, error) {
	fields := make([]attr.Field, 0, len(n.kids)/2)
	seen := make(map[string]bool, len(n.kids)/2)
	for i := 0; i < len(n.kids); i += 2 {
		key, value := n.kids[i], n.kids[i+1]
		if key.kind != nodeLiteral || !key.value.Is(attr.String) {
			return nil, invalid("Tuple keys must be of type String. Actual type: %s under %s%s", keyType(key), at, shownPosition(key))
		}
		if key.text == "" {
			return nil, errEmptyName
		}
		if seen[key.text] {
			return nil, invalid("Duplicate keys in tuple. Key: %s under %s at %s", key.text, at, n.at)
		}
		seen[key.text] = true
		v, err := literal(value, inside(key.text, 0))
		if err != nil {
			return nil, err
		}
		fields = append(fields, attr.Field{Name: key.text, Value: v})
	}
	return fields, nil
}

const (
	badBag        = "Unsupported data type in Bag. DynamoDB only supports either numbers or strings in bags"
	invalidValues = "One or more parameter values were invalid: "
)

// set returns the value of <<a, b>>.
func set(n *node, at *place) (attr.Value, error) {
	if len(n.kids) == 0 {
		return nil, invalid("Empty bags are not supported")
	}
	texts := make([]string, len(n.kids))
	members := make([][]byte, len(n.kids))
	for i, kid := range n.kids {
		switch {
		case kid.kind == nodeIon:
			return literal(kid, at)
		case kid.kind == nodeNumber && kid.fault != nil:
			return nil, numberFault(kid.fault, at.String())
		case i > 0 && (kid.kind != n.kids[0].kind || kid.value.Kind() != n.kids[0].value.Kind()):
			if kid.kind == nodeNumber {
				return nil, invalid(badBag+" at %s", kid.at) // so says the local edition
			}
			return nil, invalid(badBag)
		case kid.kind != nodeNumber && (kid.kind != nodeLiteral || !kid.value.Is(attr.String)):
			return nil, invalid(badBag+" at %s", kid.at)
		case kid.kind == nodeLiteral && kid.text == "": // as AWS says it of parameters
			return nil, invalid(invalidValues + "An string set may not have a empty string as a member")
		}
		texts[i], members[i] = kid.text, kid.value.Payload()
	}
	kind := attr.StringSet
	if n.kids[0].kind == nodeNumber {
		kind = attr.NumberSet
	}
	v := attr.SetOf(kind, slices.Clone(members))
	if v.Len() == len(members) {
		return v, nil
	}
	list := strings.Join(texts, ", ")
	if kind == attr.NumberSet {
		return nil, invalid(invalidValues+"Input collection [%s] contains duplicates! under %s", list, at)
	}
	return nil, invalid(invalidValues+"Input collection [%s] contains duplicates.", list)
}

// numberFault is a number's fault as AWS tells it, with the place in the
// literal that it was found at.
func numberFault(fault error, where string) error {
	return awserr.Validation(awserr.From(fault).Message + " under " + where)
}

// typeOf is what messages call an expression that is no literal. Within a
// literal AWS's local edition names its class, elsewhere its first word.
func typeOf(n *node, nested bool) string {
	classes := map[nodeKind]string{nodeName: "VariableReference", nodeParam: "Parameter", nodeMissing: "LiteralMissing", nodePath: "Path",
		nodeBinary: "NAry", nodeUnary: "NAry", nodeBetween: "NAry", nodeCall: "NAry", nodeIs: "Typed", nodeCast: "Typed", nodeSum: "CallAgg",
		nodeCase: n.text, nodeQuery: "Select", nodeList: "Seq", nodeBag: "Seq", nodeTuple: "Struct"}
	words := map[nodeKind]string{nodeParam: "Parameter", nodeMissing: "MISSING", nodePath: "PATH", nodeIs: "is", nodeCast: "cast",
		nodeCase: "CASE", nodeQuery: "SELECT", nodeDate: "UNKNOWN", nodeList: "LIST", nodeBag: "BAG", nodeTuple: "STRUCT"}
	if class, ok := classes[n.kind]; ok && nested {
		return class
	}
	if word, ok := words[n.kind]; ok {
		return word
	}
	return n.text
}

// keyType is what messages call the name of a tuple's field that is no string.
func keyType(n *node) string {
	switch n.kind {
	case nodeLiteral:
		return n.value.Kind().String()
	case nodeNumber:
		if strings.ContainsAny(n.text, ".eE") {
			return "DECIMAL"
		}
		return "INT"
	}
	return typeOf(n, true)
}

// ionType guesses the type of an Ion literal, which nothing but a message asks
// for.
func ionType(text string) string {
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		return "UNKNOWN"
	case strings.HasPrefix(text, `"`):
		return "STRING"
	case text == "true" || text == "false":
		return "BOOL"
	case text == "null":
		return "NULL"
	case strings.HasPrefix(text, "{{"):
		return "BLOB"
	case strings.HasPrefix(text, "{"):
		return "STRUCT"
	case strings.HasPrefix(text, "["):
		return "LIST"
	case strings.HasPrefix(text, "("):
		return "SEXP"
	case !isDigit(text[0]) && text[0] != '-':
		return "SYMBOL"
	case strings.ContainsAny(text, "T:"):
		return "TIMESTAMP"
	case strings.ContainsAny(text, ".d"):
		return "DECIMAL"
	case strings.ContainsAny(text, "eE"):
		return "FLOAT"
	}
	return "INT"
}
