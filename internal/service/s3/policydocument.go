package s3

import (
	"encoding/json"
	"net/http"
	"strings"

	"cloudless/internal/awserr"
)

// maxPolicyBytes is how large the policy of a bucket may be.
const maxPolicyBytes = 20 << 10

// policyDocument is what S3 itself looks at in a bucket's policy. What the
// policy means, the authorizer finds out.
type policyDocument struct {
	Statement statements
}

// statements is one statement or several.
type statements []statement

type statement struct {
	Effect       string
	Principal    json.RawMessage
	NotPrincipal json.RawMessage
	Action       words
	NotAction    words
	Resource     words
	NotResource  words
	Condition    map[string]map[string]words
}

// words is one string or several; values that are no strings are as JSON
// writes them.
type words []string

// UnmarshalJSON reads one statement, or a list of them.
func (s *statements) UnmarshalJSON(text []byte) error {
	if len(text) > 0 && text[0] == '[' {
		return json.Unmarshal(text, (*[]statement)(s))
	}
	*s = make(statements, 1)
	return json.Unmarshal(text, &(*s)[0])
}

// UnmarshalJSON reads one value, or a list of them.
func (w *words) UnmarshalJSON(text []byte) error {
	var list []json.RawMessage
	if len(text) == 0 || text[0] != '[' {
		list = []json.RawMessage{text}
	} else if err := json.Unmarshal(text, &list); err != nil {
		return err
	}
	*w = nil
	for _, one := range list {
		var s string
		if json.Unmarshal(one, &s) != nil {
			s = string(one)
		}
		*w = append(*w, s)
	}
	return nil
}

// parsePolicy reads a policy, and refuses what cannot be the policy of the
// bucket.
func parsePolicy(text string, b *bucket) (*policyDocument, error) {
	if len(text) > maxPolicyBytes {
		return nil, malformedPolicy("Policy exceeds the maximum allowed document size.")
	}
	if !strings.HasPrefix(text, "{") || !json.Valid([]byte(text)) {
		return nil, malformedPolicy("Policies must be valid JSON and the first byte must be '{'")
	}
	p := &policyDocument{}
	if err := json.Unmarshal([]byte(text), p); err != nil {
		return nil, malformedPolicy("Policy has invalid syntax").Because(err)
	}
	if len(p.Statement) == 0 {
		return nil, malformedPolicy("Missing required field Statement")
	}
	for i := range p.Statement {
		if err := p.Statement[i].check(b); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func (s *statement) check(b *bucket) error {
	switch {
	case s.Effect == "":
		return malformedPolicy("Missing required field Effect")
	case s.Effect != "Allow" && s.Effect != "Deny":
		return malformedPolicy("Invalid effect: " + s.Effect)
	case s.Principal == nil && s.NotPrincipal == nil:
		return malformedPolicy("Missing required field Principal")
	case s.Action == nil && s.NotAction == nil:
		return malformedPolicy("Missing required field Action")
	case s.Resource == nil && s.NotResource == nil:
		return malformedPolicy("Missing required field Resource")
	}
	for _, action := range append(s.Action, s.NotAction...) {
		if action != "*" && !strings.HasPrefix(strings.ToLower(action), "s3:") {
			return malformedPolicy("Policy has invalid action")
		}
	}
	for _, resource := range append(s.Resource, s.NotResource...) {
		if !inBucket(resource, b.arn()) {
			return malformedPolicy("Policy has invalid resource")
		}
	}
	return nil
}

// inBucket reports whether the resource of a statement is the bucket, or some
// of its objects.
func inBucket(resource, bucket string) bool {
	rest, ok := strings.CutPrefix(resource, bucket)
	return ok && (rest == "" || rest[0] == '/' || rest[0] == '*')
}

func malformedPolicy(message string) *awserr.Error {
	return refuse(http.StatusBadRequest, "MalformedPolicy", message)
}

// isPublicPolicy reports whether a policy that parsePolicy has taken lets
// everybody in.
func isPublicPolicy(text string) bool {
	p := &policyDocument{}
	if json.Unmarshal([]byte(text), p) != nil {
		return true // rather than let anybody in
	}
	return p.isPublic()
}

// isPublic reports whether a statement allows something to everybody, and no
// condition ties it to somebody S3 could name.
func (p *policyDocument) isPublic() bool {
	for i := range p.Statement {
		s := &p.Statement[i]
		if s.Effect == "Allow" && (s.NotPrincipal != nil || namesEverybody(s.Principal)) && !s.isTied() {
			return true
		}
	}
	return false
}

// namesEverybody reports whether a principal is "*", alone or as an AWS
// principal.
func namesEverybody(principal json.RawMessage) bool {
	var all words
	if len(principal) > 0 && principal[0] == '{' {
		var kinds map[string]words
		if json.Unmarshal(principal, &kinds) != nil {
			return true
		}
		all = kinds["AWS"]
	} else if json.Unmarshal(principal, &all) != nil {
		return true
	}
	for _, one := range all {
		if one == "*" {
			return true
		}
	}
	return false
}

// tyingKeys are the condition keys by which a statement for everybody is not
// public, if they are compared with fixed values.
var tyingKeys = map[string]bool{
	"aws:principalorgid": true, "aws:principalarn": true, "aws:principalaccount": true, "aws:userid": true,
	"aws:sourceaccount": true, "aws:sourcearn": true, "aws:sourceowner": true, "aws:sourcevpc": true, "aws:sourcevpce": true,
	"aws:sourceip": true, "s3:x-amz-server-side-encryption-aws-kms-key-id": true, "s3:dataaccesspointarn": true,
	"s3:dataaccesspointaccount": true,
}

// isTied reports whether a condition ties the statement to fixed callers.
func (s *statement) isTied() bool {
	for operator, keys := range s.Condition {
		if !narrows(operator) {
			continue
		}
		for key, values := range keys {
			if tyingKeys[strings.ToLower(key)] && areFixed(strings.ToLower(key), values) {
				return true
			}
		}
	}
	return false
}

// narrows reports whether an operator compares for equality, and demands that
// there be something to compare.
func narrows(operator string) bool {
	switch strings.ToLower(strings.TrimPrefix(operator, "ForAnyValue:")) {
	case "stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike", "ipaddress":
		return true
	}
	return false
}

// areFixed reports whether none of the values stands for all there is.
func areFixed(key string, values words) bool {
	for _, v := range values {
		if strings.ContainsAny(v, "*?$") && key != "aws:principalarn" && key != "aws:sourcearn" || v == "*" {
			return false
		}
		if key == "aws:sourceip" && (strings.HasSuffix(v, "/0") || strings.HasPrefix(v, "0.0.0.0/")) {
			return false
		}
	}
	return len(values) > 0
}
