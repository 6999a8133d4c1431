package lambda

import (
	"encoding/json"
	"slices"
	"strings"

	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/awserr"
)

// policy says who may invoke a function. Its revision is empty until there is
// a statement.
type policy struct {
	RevisionID string      `json:"revision,omitempty"`
	Statements []statement `json:"statements,omitempty"`
}

// statement is one permission, in the order of members in which AWS writes it.
type statement struct {
	Sid       string         `json:"Sid"`
	Effect    string         `json:"Effect"`
	Principal any            `json:"Principal"`
	Action    string         `json:"Action"`
	Resource  string         `json:"Resource"`
	Condition map[string]any `json:"Condition,omitempty"`
}

// document returns the policy as JSON, or "" if there is none.
func (p *policy) document() string {
	if len(p.Statements) == 0 {
		return ""
	}
	text, err := json.Marshal(struct {
		Version   string      `json:"Version"`
		ID        string      `json:"Id"`
		Statement []statement `json:"Statement"`
	}{"2012-10-17", "default", p.Statements})
	if err != nil {
		panic(err) // statements are made here, of strings
	}
	return string(text)
}

// add adds a statement whose id is free.
func (p *policy) add(st statement) error {
	if slices.ContainsFunc(p.Statements, func(s statement) bool { return s.Sid == st.Sid }) {
		return lambdaapi.ResourceConflictException("The statement id (" + st.Sid + ") provided already exists. Please provide a new statement id, or remove the existing statement.")
	}
	p.Statements = append(p.Statements, st)
	return nil
}

// remove takes a statement out.
func (p *policy) remove(sid string) error {
	i := slices.IndexFunc(p.Statements, func(s statement) bool { return s.Sid == sid })
	if i < 0 {
		return lambdaapi.ResourceNotFoundException("Statement " + sid + " is not found in resource policy.")
	}
	p.Statements = slices.Delete(p.Statements, i, i+1)
	return nil
}

// checkPolicyRevision refuses a change that was meant for another revision.
func checkPolicyRevision(p *policy, given *string) error {
	if given != nil && *given != p.RevisionID {
		return lambdaapi.PreconditionFailedException("The Revision Id provided does not match the latest Revision Id. " +
			"Call the GetPolicy API to retrieve the latest Revision Id")
	}
	return nil
}

// statementOf makes the statement that a request asks for.
func statementOf(in *lambdaapi.AddPermissionRequest, resource string) (statement, error) {
	st := statement{Sid: in.StatementId, Effect: "Allow", Action: in.Action, Resource: resource}
	switch {
	case in.EventSourceToken != nil:
		return st, awserr.Unsupported("the EventSourceToken parameter of AddPermission")
	case in.Principal == "*":
		st.Principal = "*"
	case strings.HasSuffix(in.Principal, ".amazonaws.com"):
		st.Principal = map[string]string{"Service": in.Principal}
	case strings.HasPrefix(in.Principal, "arn:"):
		st.Principal = map[string]string{"AWS": in.Principal}
	case isAccount(in.Principal):
		st.Principal = map[string]string{"AWS": "arn:aws:iam::" + in.Principal + ":root"}
	default:
		return st, lambdaapi.InvalidParameterValueException("The provided principal was invalid. Please check the principal and try again.")
	}
	st.Condition = conditionOf(in)
	return st, nil
}

func conditionOf(in *lambdaapi.AddPermissionRequest) map[string]any {
	equals, like, is := map[string]string{}, map[string]string{}, map[string]string{}
	put := func(into map[string]string, key string, value *string) {
		if value != nil {
			into[key] = *value
		}
	}
	put(equals, "AWS:SourceAccount", in.SourceAccount)
	put(equals, "aws:PrincipalOrgID", in.PrincipalOrgID)
	put(like, "AWS:SourceArn", in.SourceArn)
	if in.FunctionUrlAuthType != "" {
		equals["lambda:FunctionUrlAuthType"] = in.FunctionUrlAuthType
	}
	if in.InvokedViaFunctionUrl != nil {
		is["lambda:InvokedViaFunctionUrl"] = map[bool]string{true: "true", false: "false"}[*in.InvokedViaFunctionUrl]
	}
	condition := map[string]any{}
	for operator, keys := range map[string]map[string]string{"StringEquals": equals, "ArnLike": like, "Bool": is} {
		if len(keys) > 0 {
			condition[operator] = keys
		}
	}
	return condition
}

func isAccount(s string) bool { return len(s) == 12 && strings.Trim(s, "0123456789") == "" }
