package lambda

import (
	"slices"
	"strings"

	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/awserr"
)

// notYet are the identifiers of AWS's that do not run here yet.
var notYet = []string{
	"java8", "java8.al2", "java11", "java17", "java21", "java25", "dotnet6", "dotnet8", "dotnet10",
	"ruby2.7", "ruby3.2", "ruby3.3", "ruby3.4", "go1.x",
}

// checkRuntime refuses a runtime that no function can have. AWS refuses also
// the old ones, since it stopped to maintain them; here they run, nodejs6.10
// of 2017 among them, since keeping old functions alive is part of the point.
func (s *Service) checkRuntime(runtime string) error {
	known := s.sandboxes.Runtimes()
	switch {
	case runtime == "" || slices.Contains(known, runtime):
		return nil
	case slices.Contains(notYet, runtime):
		return awserr.Unsupported("the runtime " + runtime)
	}
	return lambdaapi.InvalidParameterValueException("Value " + runtime + " at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: [" +
		strings.Join(known, ", ") + "] or be a valid ARN")
}

// checkCompatible refuses a layer for runtimes that AWS does not have. It may
// be for one that does not run here. member and value are as AWS's refusal has them.
func (s *Service) checkCompatible(member, value string, runtimes ...string) error {
	known := slices.Clone(s.sandboxes.Runtimes())
	for _, runtime := range notYet {
		if !slices.Contains(known, runtime) {
			known = append(known, runtime)
		}
	}
	for _, runtime := range runtimes {
		if runtime != "" && !slices.Contains(known, runtime) {
			return awserr.Validation("1 validation error detected: Value '" + value + "' at '" + member +
				"' failed to satisfy constraint: Member must satisfy enum value set: [" + strings.Join(known, ", ") + "]")
		}
	}
	return nil
}
