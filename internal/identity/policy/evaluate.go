package policy

import "strings"

// Request is what is to be judged: who wants to do what to which resource,
// under which circumstances, and all policies that have a say.
type Request struct {
	Principal Principal
	Action    string  // such as "dynamodb:PutItem"
	Resource  string  // an ARN, or "*" where an action has no resource
	Account   string  // the account that the resource belongs to
	Context   Context // condition keys

	Identity []*Policy // of the user and its groups, or of the role
	Boundary *Policy   // the permissions boundary; nil: none
	Session  []*Policy // given when the session was made; nil: none
	Attached *Policy   // of the resource, or a role's trust policy; nil: none
	Trust    bool      // Attached is a role's trust policy
}

// Source is a kind of policy that decided.
type Source uint8

// The kinds of policies that decide.
const (
	NoSource     Source = iota // nobody had to: the root of the account asked
	FromIdentity               // identity-based policies
	FromResource               // the policy of the resource
	FromTrust                  // the trust policy of the role
	FromBoundary               // the permissions boundary
	FromSession                // session policies
)

// Decision is the outcome, and who decided.
type Decision struct {
	Allowed  bool
	Explicit bool // a statement denied it; otherwise none allowed it
	Source   Source
	Sid      string // of the statement that decided, if it has one
}

// Evaluate judges a request.
//
// A statement that denies, in any policy, settles it. Else, for a caller of
// the account that owns the resource, either its own policies or that of the
// resource have to allow it; for a caller of another account, both. A boundary
// and session policies have to allow it too, save where the resource's policy
// names the very user or session.
func Evaluate(r *Request) Decision {
	action := strings.ToLower(r.Action)
	identity := judge(r, action, r.Identity...)
	attached := judge(r, action, r.Attached)
	boundary := judge(r, action, r.Boundary)
	session := judge(r, action, r.Session...)

	atResource := FromResource
	if r.Trust {
		atResource = FromTrust
	}
	for _, d := range []struct {
		verdict
		source Source
	}{{identity, FromIdentity}, {attached, atResource}, {boundary, FromBoundary}, {session, FromSession}} {
		if d.denied {
			return Decision{Explicit: true, Source: d.source, Sid: d.sid}
		}
	}

	sameAccount := r.Principal.Account != "" && r.Principal.Account == r.Account
	switch r.Principal.Type {
	case Anonymous, Service, Federated:
		return Decision{Allowed: attached.to > toAccount, Source: atResource, Sid: attached.sid}
	case Root:
		identity = verdict{to: toPrincipal}
		if sameAccount && !r.Trust {
			return Decision{Allowed: true}
		}
	}
	switch {
	case !sameAccount && attached.to == toNobody,
		r.Trust && attached.to == toNobody:
		return Decision{Source: atResource}
	case sameAccount && attached.to == toPrincipal:
		return Decision{Allowed: true, Source: atResource, Sid: attached.sid}
	case identity.to == toNobody && !(sameAccount && attached.to == toRole):
		return Decision{Source: FromIdentity}
	case r.Boundary != nil && boundary.to == toNobody:
		return Decision{Source: FromBoundary}
	case r.Session != nil && session.to == toNobody:
		return Decision{Source: FromSession}
	case identity.to == toNobody:
		return Decision{Allowed: true, Source: atResource, Sid: attached.sid}
	}
	return Decision{Allowed: true, Source: FromIdentity, Sid: identity.sid}
}

// verdict is what policies of one kind say together.
type verdict struct {
	denied bool
	to     grant  // the closest grant; toNobody if nothing is allowed
	sid    string // of the statement that denies, or else of the grant
}

func judge(r *Request, action string, policies ...*Policy) verdict {
	var v verdict
	for _, p := range policies {
		if p == nil {
			continue
		}
		for i := range p.statements {
			s := &p.statements[i]
			if s.allow && v.to == toPrincipal {
				continue // it cannot be allowed any more than it is
			}
			to, ok := s.applies(r, action)
			switch {
			case !ok:
			case !s.allow:
				return verdict{denied: true, sid: s.sid}
			case to > v.to:
				v.to, v.sid = to, s.sid
			}
		}
	}
	return v
}

// Reason says in AWS's words why an action was not allowed, to follow after
// the name of the resource: "because no identity-based policy allows the …
// action", or "with an explicit deny in an identity-based policy".
func (d Decision) Reason(action string) string {
	names := [...]struct{ article, name string }{
		NoSource:     {"a", "policy"},
		FromIdentity: {"an", "identity-based policy"},
		FromResource: {"a", "resource-based policy"},
		FromTrust:    {"the", "role trust policy"},
		FromBoundary: {"a", "permissions boundary"},
		FromSession:  {"a", "session policy"},
	}
	n := names[d.Source]
	if d.Explicit {
		return "with an explicit deny in " + n.article + " " + n.name
	}
	return "because no " + n.name + " allows the " + action + " action"
}
