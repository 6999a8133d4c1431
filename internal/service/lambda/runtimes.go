package lambda

import (
	"slices"
	"strings"

	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/awserr"
)

// runtimes are the identifiers that a function may have. AWS refuses the old
// ones since it stopped to maintain them; here they run, nodejs6.10 of 2017
// among them, since keeping old functions alive is part of the point.
var runtimes = []string{
	"nodejs4.3", "nodejs6.10", "nodejs8.10", "nodejs10.x", "nodejs12.x", "nodejs14.x", "nodejs16.x", "nodejs18.x",
	"nodejs20.x", "nodejs22.x", "nodejs24.x",
	"python3.6", "python3.7", "python3.8", "python3.9", "python3.10", "python3.11", "python3.12", "python3.13", "python3.14",
	"provided", "provided.al2", "provided.al2023",
}

// later are those of AWS's that do not run here yet.
var later = []string{
	"java8", "java8.al2", "java11", "java17", "java21", "java25", "dotnet6", "dotnet8", "dotnet10",
	"ruby3.2", "ruby3.3", "ruby3.4", "go1.x",
}

func checkRuntime(runtime string) error {
	switch {
	case slices.Contains(runtimes, runtime):
		return nil
	case slices.Contains(later, runtime):
		return awserr.Unsupported("the runtime " + runtime)
	}
	return lambdaapi.InvalidParameterValueException("Value " + runtime + " at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: [" +
		strings.Join(runtimes, ", ") + "] or be a valid ARN")
}
