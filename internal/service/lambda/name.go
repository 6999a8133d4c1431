package lambda

import (
	"fmt"
	"slices"
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

func (n name) qualifiedARN() string {
	if n.qualifier == "" {
		return n.arn()
	}
	return n.arn() + ":" + n.qualifier
}

// parseName reads a function's name in any of its forms: "f", "f:q",
// "account:function:f", or a full ARN, each with a qualifier or without. The
// model's pattern has been checked.
func parseName(call *api.Call, text string, qualifier *string) (name, error) {
	n := name{account: call.Account, region: call.Region}
	parts := strings.Split(text, ":")
	if parts[0] == "arn" && len(parts) > 6 {
		n.region, n.account, parts = parts[3], parts[4], parts[6:]
	} else if at := slices.Index(parts, "function"); at >= 0 && at < len(parts)-1 {
		if at > 0 {
			n.account = parts[at-1]
		}
		if at > 1 {
			n.region = parts[at-2]
		}
		parts = parts[at+1:]
	}
	n.function = parts[0]
	if len(parts) > 1 {
		n.qualifier = parts[1]
	}
	return n, n.settle(call, qualifier)
}

// settle applies the qualifier that was given beside the name, and refuses
// functions of elsewhere.
func (n *name) settle(call *api.Call, qualifier *string) error {
	if n.region != call.Region {
		return lambdaapi.ResourceNotFoundException(fmt.Sprintf("Functions from '%s' are not reachable in this region ('%s')", n.region, call.Region))
	}
	if len(n.function) > maxNameLength {
		return lambdaapi.InvalidParameterValueException(fmt.Sprintf("1 validation error detected: Value '%s' at 'functionName' failed to satisfy constraint: Member must have length less than or equal to %d", n.function, maxNameLength))
	}
	if qualifier == nil {
		return nil
	}
	if n.qualifier != "" && n.qualifier != *qualifier {
		return lambdaapi.InvalidParameterValueException("The derived qualifier from the function name does not match the specified qualifier.")
	}
	n.qualifier = *qualifier
	return nil
}

// maxNameLength is how long a function's own name may be.
const maxNameLength = 64

// regionOf returns the region that an ARN names, or "".
func regionOf(arn string) string {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 {
		return ""
	}
	return parts[3]
}
