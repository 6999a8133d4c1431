package lambda

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	lambdaapi "cloudless/internal/api/lambda"
)

// policy says who may invoke a function, or have a version of a layer.
type policy struct {
	// RevisionID is that of a layer's policy, and empty until there is a
	// statement. Functions, versions and aliases share theirs with their policies.
	RevisionID string      `json:"revision,omitempty"`
	Statements []statement `json:"statements,omitempty"`
}

// statement is one permission, in the order of members in which AWS writes it.
type statement struct {
	Sid       string    `json:"Sid"`
	Effect    string    `json:"Effect"`
	Principal any       `json:"Principal"`
	Action    string    `json:"Action"`
	Resource  string    `json:"Resource"`
	Condition condition `json:"Condition,omitzero"`
}

// condition narrows a statement.
type condition struct {
	StringEquals map[string]string `json:"StringEquals,omitempty"`
	ArnLike      map[string]string `json:"ArnLike,omitempty"`
	Bool         map[string]string `json:"Bool,omitempty"`
}

// document returns the policy as JSON, or "" if there is none.
func (p *policy) document() string {
	if len(p.Statements) == 0 {
		return ""
	}
	return plainJSON(struct {
		Version   string      `json:"Version"`
		ID        string      `json:"Id"`
		Statement []statement `json:"Statement"`
	}{"2012-10-17", "default", p.Statements})
}

// add adds a statement whose id is free.
func (p *policy) add(st statement) error {
	if slices.ContainsFunc(p.Statements, func(s statement) bool { return s.Sid == st.Sid }) {
		return lambdaapi.ResourceConflictException("The statement id (" + st.Sid + ") provided already exists. Please provide a new statement id, or remove the existing statement.")
	}
	p.Statements = append(p.Statements, st)
	if size := len(p.document()); size > maxPolicyBytes {
		return lambdaapi.PolicyLengthExceededException(fmt.Sprintf("The final policy size (%d) is bigger than the limit (%d).", size, maxPolicyBytes))
	}
	return nil
}

// maxPolicyBytes is AWS's quota of a policy, as the document that it is.
const maxPolicyBytes = 20 << 10

// remove takes a statement out.
func (p *policy) remove(sid string) error {
	i := slices.IndexFunc(p.Statements, func(s statement) bool { return s.Sid == sid })
	if i < 0 {
		return lambdaapi.ResourceNotFoundException("Statement " + sid + " is not found in resource policy.")
	}
	p.Statements = slices.Delete(p.Statements, i, i+1)
	return nil
}

// checkPolicyRevision refuses a change that was meant for another revision. The
// operation is the one that AWS advises.
func checkPolicyRevision(current string, given *string, operation string) error {
	if given != nil && *given != current {
		return lambdaapi.PreconditionFailedException("The Revision Id provided does not match the latest Revision Id. " +
			"Call the " + operation + " API to retrieve the latest Revision Id")
	}
	return nil
}

// alexa is the one service whose name does not end as those of others do. Its
// permissions name a skill by an event source token.
const alexa = "alexa-appkit.amazon.com"

// statementOf makes the statement that a request asks for.
func statementOf(in *lambdaapi.AddPermissionRequest, resource string) (statement, error) {
	st := statement{Sid: in.StatementId, Effect: "Allow", Action: in.Action, Resource: resource}
	if in.FunctionUrlAuthType != "" && in.Action != "lambda:InvokeFunctionUrl" {
		return st, lambdaapi.InvalidParameterValueException("FunctionUrlAuthType is only supported for lambda:InvokeFunctionUrl action")
	}
	if in.InvokedViaFunctionUrl != nil && in.Action != "lambda:InvokeFunction" {
		return st, lambdaapi.InvalidParameterValueException("InvokedViaFunctionUrl is only supported for lambda:InvokeFunction action")
	}
	switch {
	case in.Principal == "*":
		st.Principal = "*"
	case strings.HasSuffix(in.Principal, ".amazonaws.com") || in.Principal == alexa:
		st.Principal = map[string]string{"Service": in.Principal}
	case strings.HasPrefix(in.Principal, "arn:"):
		st.Principal = map[string]string{"AWS": in.Principal}
	case isAccount(in.Principal):
		st.Principal = map[string]string{"AWS": "arn:aws:iam::" + in.Principal + ":root"}
	default:
		return st, invalidPrincipal()
	}
	st.Condition = conditionOf(in)
	return st, nil
}

func invalidPrincipal() error {
	return lambdaapi.InvalidParameterValueException("The provided principal was invalid. Please check the principal and try again.")
}

func conditionOf(in *lambdaapi.AddPermissionRequest) condition {
	var c condition
	put := func(into *map[string]string, key string, value *string) {
		if value == nil || *value == "" {
			return
		}
		if *into == nil {
			*into = map[string]string{}
		}
		(*into)[key] = *value
	}
	put(&c.StringEquals, "AWS:SourceAccount", in.SourceAccount)
	put(&c.StringEquals, "aws:PrincipalOrgID", in.PrincipalOrgID)
	put(&c.StringEquals, "lambda:EventSourceToken", in.EventSourceToken)
	put(&c.StringEquals, "lambda:FunctionUrlAuthType", &in.FunctionUrlAuthType)
	put(&c.ArnLike, "AWS:SourceArn", in.SourceArn)
	if in.InvokedViaFunctionUrl != nil {
		put(&c.Bool, "lambda:InvokedViaFunctionUrl", new(strconv.FormatBool(*in.InvokedViaFunctionUrl)))
	}
	return c
}

func isAccount(s string) bool { return len(s) == 12 && strings.Trim(s, "0123456789") == "" }
