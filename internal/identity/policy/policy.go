// Package policy is AWS's policy language: documents and facts go in, a
// decision with its reason comes out.
//
// [Parse] reads a document once, refuses it as AWS would, and compiles it;
// [Evaluate] judges one request by any number of compiled policies. The work
// is divided thus:
//
//   - grammar.go:   JSON to the elements of a document, strictly;
//   - check.go:     what AWS refuses in the documents of IAM, check_resource.go
//     in trust policies and the policies of resources;
//   - compile.go:   elements to what can be matched;
//   - pattern.go:   wildcards and policy variables;
//   - principal.go: who a policy speaks of;
//   - condition.go: conditions, operator.go their operators, date.go dates;
//   - evaluate.go:  which policies have to allow, and which may deny.
//
// Promises: a [Policy] never changes and may be used by many at once; Evaluate
// is a pure function; the time of both grows with the product of a pattern's
// and a text's lengths at the worst, whatever a stranger writes.
//
// The package knows no storage, no clock and no HTTP. The time, the address of
// the caller and all other facts are given in a [Context].
package policy

// Kind says where a document is to be used: what AWS demands of it differs.
type Kind uint8

// The kinds of documents.
const (
	Managed  Kind = iota // a managed policy, also one that serves as a boundary
	Inline               // embedded in a user, group or role; or a session policy
	Trust                // says who may assume a role
	Resource             // attached to a bucket, a function, a queue
)

// Policy is a document, compiled. It is read only.
type Policy struct {
	statements []statement
	asks       bool
}

// Asks reports whether the policy has conditions or variables, so that its
// verdict depends on the context of a request.
func (p *Policy) Asks() bool { return p.asks }

// Malformed says why a document is refused, in AWS's words.
type Malformed struct{ Message string }

func (m *Malformed) Error() string { return m.Message }

// maxDocumentBytes bounds a document. AWS's own limits are lower, depend on
// what the document is attached to, and are for the caller to keep; the
// largest of AWS's managed policies has 144 kB.
const maxDocumentBytes = 1 << 20

// Parse reads and compiles a document. Errors are [*Malformed].
func Parse(document string, kind Kind) (*Policy, error) {
	doc, err := readDocument(document)
	if err != nil {
		return nil, refuseSyntax(kind, err)
	}
	switch kind {
	case Managed, Inline:
		err = checkIdentity(doc, kind)
	default:
		err = checkAttached(doc, kind)
	}
	if err != nil {
		return nil, err
	}
	p, err := compile(doc)
	if err != nil {
		return nil, refuseSyntax(kind, err)
	}
	return p, nil
}
