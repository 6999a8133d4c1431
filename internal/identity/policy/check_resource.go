package policy

import "strings"

// checkAttached refuses what AWS refuses in a document that is attached to
// what it speaks of: a role's trust policy, or the policy of a resource. Both
// are read by one parser of AWS's, which is not that of IAM's other documents.
func checkAttached(doc *document, kind Kind) error {
	switch {
	case doc.version != nil && *doc.version != version2008 && *doc.version != version2012:
		return malformed("The policy must contain a valid version string")
	case !doc.stated:
		return malformed("Missing required field Statement")
	case len(doc.statements) == 0:
		return malformed("Could not parse the policy: Statement is empty!")
	}
	seen := map[string]bool{}
	for _, e := range doc.statements {
		if e.sid == nil || *e.sid == "" {
			continue
		}
		if seen[*e.sid] {
			return malformed("The Statement Ids in the policy are not unique")
		}
		seen[*e.sid] = true
	}
	for _, e := range doc.statements {
		if err := checkAttachedStatement(e, kind); err != nil {
			return err
		}
	}
	return nil
}

func checkAttachedStatement(e element, kind Kind) error {
	switch {
	case e.effect == nil:
		return malformed("Missing required field Effect")
	case *e.effect != "Allow" && *e.effect != "Deny":
		return malformed("Invalid effect: %s", *e.effect)
	case e.notPrincipal != nil && *e.effect == "Allow":
		return malformed("Allow with NotPrincipal is not allowed.")
	case e.notPrincipal != nil && kind == Trust:
		return malformed("AssumeRole policy must not contain NotPrincipal field.")
	case e.notPrincipal == nil && e.principal == nil:
		return malformed("Missing required field Principal")
	}
	for _, p := range []*principalElement{e.principal, e.notPrincipal} {
		if p != nil {
			if err := checkPrincipal(p, kind); err != nil {
				return err
			}
		}
	}
	for _, c := range e.conditions {
		if op, known := findOperator(c.operator); !known || !op.accepts(c.values) {
			return refuseSyntax(kind, errShape)
		}
	}
	switch {
	case e.action != nil && e.notAction != nil, e.resource != nil && e.notResource != nil:
		return refuseSyntax(kind, errShape)
	case empty(e.action) && empty(e.notAction):
		return malformed("Missing required field Action")
	}
	if kind == Trust {
		return checkTrust(e)
	}
	if empty(e.resource) && empty(e.notResource) {
		return malformed("Missing required field Resource")
	}
	return nil
}

// checkTrust refuses actions that have nothing to do with assuming a role, and
// resources: the role itself is the only one.
func checkTrust(e element) error {
	for _, action := range both(e.action, e.notAction) {
		if vendor, name, _ := strings.Cut(strings.ToLower(action), ":"); vendor != "sts" || name == "*" || name == "" {
			return malformed("AssumeRole policy may only specify STS AssumeRole actions.")
		}
	}
	switch {
	case e.resource != nil:
		return malformed("Has prohibited field Resource")
	case e.notResource != nil:
		return malformed("AssumeRole policy must not contain resources.")
	}
	return nil
}

func checkPrincipal(p *principalElement, kind Kind) error {
	if !p.object {
		switch {
		case p.text != "*":
			return refusePrincipal(kind, "AWS", p.text)
		case kind == Trust:
			return refusePrincipal(kind, "STAR", "*")
		}
		return nil
	}
	if len(p.kinds) == 0 {
		return malformed("Missing required field Principal cannot be empty!")
	}
	for _, k := range p.kinds {
		valid, known := principalForms[k.name]
		if !known || k.name == "CanonicalUser" && kind == Trust {
			return malformed("Invalid principal in policy: \"%s\"", k.name)
		}
		if len(k.values) == 0 {
			return malformed("Missing required field Principal cannot be empty!")
		}
		for _, v := range k.values {
			if !valid(v) {
				return refusePrincipal(kind, k.name, v)
			}
		}
	}
	return nil
}

func refusePrincipal(kind Kind, name, value string) error {
	if kind == Resource {
		return malformed("Invalid principal in policy")
	}
	return malformed("Invalid principal in policy: \"%s\":\"%s\"", strings.ToUpper(name), value)
}

// principalForms tells what a principal of each kind looks like. Whether there
// is one of that name is for others to know.
var principalForms = map[string]func(string) bool{
	"AWS":           isAWSPrincipal,
	"Service":       isServicePrincipal,
	"Federated":     func(s string) bool { return s != "" },
	"CanonicalUser": func(s string) bool { return s != "" },
}

func isAWSPrincipal(s string) bool {
	if s == "*" || isAccount(s) || isUniqueID(s) {
		return true
	}
	parts := strings.SplitN(s, ":", 6)
	return len(parts) == 6 && parts[0] == "arn" && isPartition(parts[1]) && !strings.ContainsAny(s, "*?") &&
		(parts[2] == "iam" || parts[2] == "sts") && parts[3] == "" && parts[4] != "" && parts[5] != ""
}

func isServicePrincipal(s string) bool {
	for _, suffix := range []string{".amazonaws.com", ".amazonaws.com.cn", ".amazon.com", ".aws.internal"} {
		if len(s) > len(suffix) && strings.HasSuffix(s, suffix) && !strings.ContainsAny(s, "*? ") {
			return true
		}
	}
	return false
}

func isAccount(s string) bool {
	return len(s) == 12 && !strings.ContainsFunc(s, func(c rune) bool { return c < '0' || c > '9' })
}

// isUniqueID tells whether s is what IAM calls an entity's unique identifier,
// such as "AROA1234567890EXAMPLE".
func isUniqueID(s string) bool {
	return len(s) >= 16 && strings.HasPrefix(s, "A") &&
		!strings.ContainsFunc(s, func(c rune) bool { return (c < 'A' || c > 'Z') && (c < '0' || c > '9') })
}
