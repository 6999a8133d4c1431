package lambda

import (
	"fmt"
	"regexp"
	"strings"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
)

// name is a function as a request names it.
type name struct {
	account, region, function string
	qualifier                 string // "" if none was given
}

func (n name) arn() string { return functionARN(n.account, n.region, n.function) }

func (n name) qualifiedARN() string { return qualified(n.arn(), n.qualifier) }

func functionARN(account, region, name string) string {
	return "arn:aws:lambda:" + region + ":" + account + ":function:" + name
}

func qualified(arn, qualifier string) string {
	if qualifier == "" {
		return arn
	}
	return arn + ":" + qualifier
}

// unqualified is the function as a whole.
func (n name) unqualified() name {
	n.qualifier = ""
	return n
}

// key is that of the function as a whole.
func (n name) key() []byte { return functionKey(n.account, n.region, n.function) }

// nameForms are those of the model's pattern, with region, account, function
// and qualifier caught. A word that could be a region or an account is one.
var nameForms = regexp.MustCompile(`^(?:arn:(?:aws[a-zA-Z-]*)?:lambda:)?` +
	`(?:((?:eusc-)?[a-z]{2}(?:-gov|-iso[a-z]?)?-[a-z]+-\d):)?` +
	`(?:(\d{12}):)?` +
	`(?:function:)?` +
	`([a-zA-Z0-9_.-]+)` +
	`(?::(\$LATEST(?:\.PUBLISHED)?|[a-zA-Z0-9_-]+))?$`)

// parseName reads a function's name in any of its forms: "f", "f:q",
// "account:function:f", or a full ARN, each with a qualifier or without, and
// the qualifier that was given beside it.
func parseName(call *api.Call, text string, qualifier *string) (name, error) {
	parts := nameForms.FindStringSubmatch(text)
	if parts == nil {
		// Requests to the API have been held against the model before.
		return name{}, notFound(text)
	}
	n := name{region: parts[1], account: parts[2], function: parts[3], qualifier: parts[4]}
	if n.region == "" {
		n.region = call.Region
	}
	if n.account == "" {
		n.account = call.Account
	}
	if n.region != call.Region {
		return name{}, lambdaapi.ResourceNotFoundException(fmt.Sprintf("Functions from '%s' are not reachable in this region ('%s')", n.region, call.Region))
	}
	if qualifier != nil {
		if n.qualifier != "" && n.qualifier != *qualifier {
			return name{}, lambdaapi.InvalidParameterValueException("The derived qualifier from the function name does not match the specified qualifier.")
		}
		n.qualifier = *qualifier
	}
	return n, nil
}

// maxNameLength is how long a new function's own name may be, in bytes.
const maxNameLength = 64

// checkNewName refuses a name that no function may be given.
func checkNewName(n name) error {
	if len(n.function) > maxNameLength {
		return lambdaapi.InvalidParameterValueException(fmt.Sprintf("1 validation error detected: Value '%s' at 'functionName' failed to satisfy constraint: Member must have length less than or equal to %d", n.function, maxNameLength))
	}
	return nil
}

// isVersion tells qualifiers that name published versions from those that
// name aliases. Aliases are not numbers.
func isVersion(qualifier string) bool {
	return qualifier != "" && strings.Trim(qualifier, "0123456789") == ""
}

// regionOf returns the region that an ARN names, or "".
func regionOf(arn string) string {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 {
		return ""
	}
	return parts[3]
}
