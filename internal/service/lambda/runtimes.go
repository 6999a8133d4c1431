package lambda

import (
	"slices"
	"strings"

	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/awserr"
)

// notYet are the identifiers of AWS's that do not run here yet.
var notYet = []string{"dotnetcore1.0", "dotnetcore2.0", "dotnetcore2.1", "dotnetcore3.1", "dotnet6", "dotnet8", "dotnet10"}

// everRuntimes are the identifiers that AWS ever had.
var everRuntimes = []string{
	"nodejs", "nodejs4.3", "nodejs6.10", "nodejs8.10", "nodejs10.x", "nodejs12.x", "nodejs14.x", "nodejs16.x", "java8",
	"java8.al2", "java11", "python2.7", "python3.6", "python3.7", "python3.8", "python3.9", "dotnetcore1.0",
	"dotnetcore2.0", "dotnetcore2.1", "dotnetcore3.1", "dotnet6", "dotnet8", "nodejs4.3-edge", "go1.x", "ruby2.5",
	"ruby2.7", "provided", "provided.al2", "nodejs18.x", "python3.10", "java17", "ruby3.2", "ruby3.3", "ruby3.4",
	"python3.11", "nodejs20.x", "provided.al2023", "python3.12", "java21", "python3.13", "nodejs22.x", "nodejs24.x",
	"python3.14", "java25", "dotnet10", "ruby4.0",
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
func checkCompatible(member, value string, runtimes ...string) error {
	for _, runtime := range runtimes {
		if runtime != "" && !slices.Contains(everRuntimes, runtime) {
			return awserr.Validation("1 validation error detected: Value '" + value + "' at '" + member +
				"' failed to satisfy constraint: Member must satisfy enum value set: [" + strings.Join(everRuntimes, ", ") + "]")
		}
	}
	return nil
}
