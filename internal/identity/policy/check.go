package policy

import (
	"fmt"
	"strings"
)

func malformed(format string, args ...any) error {
	return &Malformed{Message: fmt.Sprintf(format, args...)}
}

func failedLegacyParsing() error { return malformed("The policy failed legacy parsing") }

// refuseSyntax says that a document cannot be read. Which words AWS has for
// that depends on which of its parsers is asked.
func refuseSyntax(kind Kind, err error) error {
	switch {
	case kind == Resource && (err == errJSON || err == errSpace):
		return malformed("Policies must be valid JSON and the first byte must be '{'")
	case kind == Resource:
		return malformed("Invalid policy syntax.")
	case err == errSpace:
		return malformed("JSON strings must not have leading spaces")
	case kind == Trust && err == errJSON:
		return malformed("This policy contains invalid Json")
	case kind == Trust:
		return malformed("Syntax error in policy.")
	}
	return malformed("Syntax errors in policy.")
}

// checkIdentity refuses what IAM refuses in a policy of a user, group or role.
// AWS looks at the whole document for one kind of fault before it looks for
// the next, and so does this: the order decides which message is given.
func checkIdentity(doc *document, kind Kind) error {
	if err := checkIdentitySyntax(doc); err != nil {
		return err
	}
	if kind == Managed && (doc.version == nil || *doc.version != version2012) {
		return malformed("Policy document must be version 2012-10-17 or greater.")
	}
	for _, e := range doc.statements {
		if err := checkLegacy(e); err != nil {
			return err
		}
	}
	if err := checkSids(doc); err != nil {
		return err
	}
	for _, e := range doc.statements {
		switch {
		case empty(e.action) && empty(e.notAction):
			return malformed("Policy statement must contain actions.")
		case empty(e.resource) && empty(e.notResource):
			return malformed("Policy statement must contain resources.")
		}
	}
	for _, e := range doc.statements {
		for _, action := range both(e.action, e.notAction) {
			if err := checkAction(action); err != nil {
				return err
			}
		}
	}
	return nil
}

const (
	version2008 = "2008-10-17"
	version2012 = "2012-10-17"
)

func checkIdentitySyntax(doc *document) error {
	if doc.version != nil && *doc.version != version2008 && *doc.version != version2012 || len(doc.statements) == 0 {
		return refuseSyntax(Managed, errShape)
	}
	for _, e := range doc.statements {
		bad := e.effect == nil || !strings.EqualFold(*e.effect, "Allow") && !strings.EqualFold(*e.effect, "Deny") ||
			e.action != nil && e.notAction != nil ||
			e.resource != nil && e.notResource != nil
		for _, c := range e.conditions {
			_, known := findOperator(c.operator)
			bad = bad || !known
		}
		if bad {
			return refuseSyntax(Managed, errShape)
		}
		if e.principal != nil || e.notPrincipal != nil {
			return malformed("Policy document should not specify a principal.")
		}
	}
	return nil
}

// checkLegacy refuses what AWS's first parser could not read.
func checkLegacy(e element) error {
	if *e.effect != "Allow" && *e.effect != "Deny" {
		return failedLegacyParsing()
	}
	for _, c := range e.conditions {
		if op, _ := findOperator(c.operator); !op.accepts(c.values) {
			return failedLegacyParsing()
		}
	}
	for _, resource := range both(e.resource, e.notResource) {
		if err := checkResource(resource); err != nil {
			return err
		}
	}
	return nil
}

func checkSids(doc *document) error {
	seen := map[string]bool{}
	for _, e := range doc.statements {
		if e.sid == nil || *e.sid == "" {
			continue
		}
		if seen[*e.sid] {
			return malformed("Statement IDs (SID) in a single policy must be unique.")
		}
		seen[*e.sid] = true
		if strings.ContainsFunc(*e.sid, func(c rune) bool { return !alphanumeric(c) }) {
			return malformed("Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*")
		}
	}
	return nil
}

func alphanumeric(c rune) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

func checkAction(action string) error {
	if action == "*" {
		return nil
	}
	vendor, _, ok := strings.Cut(action, ":")
	switch {
	case !ok:
		return malformed("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.")
	case strings.Count(action, ":") > 1:
		return malformed("Actions/Condition can contain only one colon.")
	case vendor == "" || strings.ContainsFunc(vendor, func(c rune) bool { return !alphanumeric(c) && c != '-' && c != '.' }):
		return malformed("Vendor %s is not valid", vendor)
	}
	return nil
}

// checkResource refuses what is no pattern of an ARN. AWS fills up an ARN that
// is too short with asterisks, and takes anything for the word "arn".
func checkResource(resource string) error {
	if resource == "*" {
		return nil
	}
	parts := splitARN(resource)
	if len(parts) < 2 {
		return malformed(`Resource %s must be in ARN format or "*".`, resource)
	}
	whole := parts[0] == "arn" && len(parts) > 2
	if whole && (parts[2] == "" || len(parts) < 6 && strings.Contains(resource, "::")) {
		return failedLegacyParsing()
	}
	parts[0] = "arn"
	for len(parts) < 6 {
		parts = append(parts, "*")
	}
	full := strings.Join(parts, ":")
	if !isPartition(parts[1]) {
		return malformed("Partition \"%s\" is not valid for resource \"%s\".", parts[1], full)
	}
	if strings.ContainsAny(parts[2], "*?") {
		return malformed("Resource vendor must be fully qualified and cannot contain regexes.")
	}
	return checkResourceOf(parts, full)
}

// checkResourceOf refuses what single services do not have in their ARNs.
func checkResourceOf(parts []string, full string) error {
	vendor, region, account, name := parts[2], parts[3], parts[4], parts[5]
	switch {
	case strings.Contains(account, "${"):
		return failedLegacyParsing() // a variable is no account
	case vendor == "iam" && region != "" && region != "*":
		return malformed("IAM resource %s cannot contain region information.", full)
	case vendor == "s3" && region != "" && account == "":
		return malformed("Resource %s can not contain region information.", full)
	case vendor == "iam" && !isIAMPath(name):
		return malformed(`IAM resource path must either be "*" or start with %s.`, strings.Join(iamPaths, ", "))
	}
	return nil
}

var iamPaths = []string{"user/", "federated-user/", "role/", "group/", "instance-profile/", "mfa/", "server-certificate/",
	"policy/", "sms-mfa/", "saml-provider/", "oidc-provider/", "report/", "access-report/"}

func isIAMPath(name string) bool {
	if strings.HasPrefix(name, "*") || name == "root" {
		return true
	}
	for _, path := range iamPaths {
		if strings.HasPrefix(name, path) || strings.HasSuffix(name, "*") && strings.HasPrefix(path, strings.TrimSuffix(name, "*")) {
			return true
		}
	}
	return false
}

func isPartition(s string) bool {
	switch s {
	case "aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc", "*", "aws*", "aws-*":
		return true
	}
	return false
}

func empty(list *[]string) bool { return list == nil || len(*list) == 0 }

// both returns the values of an element or of its negation: never both are
// there.
func both(list, not *[]string) []string {
	switch {
	case list != nil:
		return *list
	case not != nil:
		return *not
	}
	return nil
}
