package policy

import (
	"slices"
	"strings"
)

// PrincipalType tells kinds of callers apart.
type PrincipalType uint8

// The kinds of callers.
const (
	Anonymous   PrincipalType = iota
	Root                      // the root of an account
	User                      // of IAM
	AssumedRole               // a session of a role
	Service                   // an AWS service, on its own behalf
	Federated                 // whom an identity provider vouches for
)

// Principal is who asks.
type Principal struct {
	Type    PrincipalType
	Account string // 12 digits; "" for services and the anonymous
	ARN     string // of the user, of the session, or of the account's root
	RoleARN string // of a session: of the role itself
	ID      string // such as "AIDA…", or "AROA…:session"
	Name    string // of a service, such as "lambda.amazonaws.com", or of an identity provider
}

// grant is how closely a policy names a principal. What is granted to an
// account goes to those to whom the account passes it on; what is granted to a
// role is still bounded by what bounds its sessions.
type grant uint8

const (
	toNobody grant = iota
	toAccount
	toRole
	toPrincipal
)

// principals is a compiled Principal element.
type principals struct {
	everyone  bool
	accounts  []string
	arns      []string
	ids       []string
	services  []string
	federated []string
}

func compilePrincipals(e *principalElement) *principals {
	if e == nil {
		return nil
	}
	p := &principals{everyone: e.text == "*"}
	for _, k := range e.kinds {
		switch k.name {
		case "Service":
			p.services = append(p.services, k.values...)
		case "Federated":
			p.federated = append(p.federated, k.values...)
		case "AWS":
			for _, v := range k.values {
				p.addAWS(v)
			}
		case "CanonicalUser":
			// Accounts have no canonical ids here, so it names nobody.
		}
	}
	return p
}

func (p *principals) addAWS(v string) {
	switch {
	case v == "*":
		p.everyone = true
	case isAccount(v):
		p.accounts = append(p.accounts, v)
	case strings.HasPrefix(v, "arn:"):
		if parts := strings.SplitN(v, ":", 6); parts[5] == "root" {
			p.accounts = append(p.accounts, parts[4])
			return
		}
		p.arns = append(p.arns, v)
	default:
		p.ids = append(p.ids, v)
	}
}

// names tells how closely who is named.
func (p *principals) names(who *Principal) grant {
	role, _, _ := strings.Cut(who.ID, ":")
	inAccount := who.Account != "" && slices.Contains(p.accounts, who.Account)
	switch {
	case who.Type == Service && slices.Contains(p.services, who.Name),
		who.Type == Federated && slices.Contains(p.federated, who.Name),
		who.Type == Root && inAccount,
		who.ARN != "" && slices.Contains(p.arns, who.ARN),
		who.ID != "" && slices.Contains(p.ids, who.ID),
		p.everyone && who.Type != AssumedRole:
		return toPrincipal
	case who.RoleARN != "" && slices.Contains(p.arns, who.RoleARN),
		role != "" && slices.Contains(p.ids, role),
		p.everyone:
		return toRole
	case inAccount:
		return toAccount
	}
	return toNobody
}
