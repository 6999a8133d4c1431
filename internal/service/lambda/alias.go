package lambda

import (
	"encoding/binary"
	"fmt"
	"io"
	"maps"
	"slices"

	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/storage/kv"
)

// alias is a name for a version, or for two of them by weight.
type alias struct {
	FormatVersion int    `json:"v"`
	Account       string `json:"account"`
	Region        string `json:"region"`
	Function      string `json:"function"`
	Name          string `json:"name"`
	RevisionID    string `json:"revision"`
	Description   string `json:"description,omitempty"`
	Policy        policy `json:"policy"`

	Version string             `json:"version"`           // that it leads to first
	Weights map[string]float64 `json:"weights,omitempty"` // the share of another version, from 0 to 1
}

func (a *alias) key() []byte { return aliasKey(a.Account, a.Region, a.Function, a.Name) }

func (a *alias) arn() string {
	return qualified(functionARN(a.Account, a.Region, a.Function), a.Name)
}

// configuration returns the alias as the API shows it.
func (a *alias) configuration() *lambdaapi.AliasConfiguration {
	out := &lambdaapi.AliasConfiguration{
		AliasArn: new(a.arn()), Name: new(a.Name), FunctionVersion: new(a.Version),
		Description: new(a.Description), RevisionId: new(a.RevisionID),
	}
	if len(a.Weights) > 0 {
		out.RoutingConfig = &lambdaapi.AliasRoutingConfiguration{AdditionalVersionWeights: a.Weights}
	}
	return out
}

// leadsTo tells whether invocations of the alias may get that version.
func (a *alias) leadsTo(version string) bool {
	_, weighed := a.Weights[version]
	return weighed || a.Version == version
}

// choose draws the version of one invocation.
func (a *alias) choose(random io.Reader) string {
	for version, weight := range a.Weights { // there is one at most
		var b [8]byte
		_, _ = io.ReadFull(random, b[:]) // a clock.Clock never fails to
		if float64(binary.LittleEndian.Uint64(b[:])>>11)/(1<<53) < weight {
			return version
		}
	}
	return a.Version
}

// readAlias returns the alias that the qualifier of n names. absent is the
// error if there is none.
func readAlias(r kv.Reader, n name, absent error) (*alias, error) {
	a := &alias{}
	return a, readRecord(r, aliasKey(n.account, n.region, n.function, n.qualifier), a, absent)
}

func noSuchAlias(n name) error {
	return lambdaapi.ResourceNotFoundException("Cannot find alias arn: " + n.qualifiedARN())
}

// aim makes the alias lead to a version and, by weight, to those of routing.
// It refuses what does not exist or makes no sense together.
func (a *alias) aim(r kv.Reader, version string, routing *lambdaapi.AliasRoutingConfiguration) error {
	a.Version = version
	if routing != nil {
		a.Weights = routing.AdditionalVersionWeights
	}
	if len(a.Weights) > 1 {
		return lambdaapi.InvalidParameterValueException("Number of items in AdditionalVersionWeights cannot be greater than 1")
	}
	if len(a.Weights) > 0 && version == latest {
		return untyped(lambdaapi.InvalidParameterValueException("$LATEST is not supported for an alias pointing to more than 1 version"))
	}
	if _, twice := a.Weights[version]; twice {
		return lambdaapi.InvalidParameterValueException(fmt.Sprintf(
			"Invalid function version %s. Function version %[1]s is already included in routing configuration.", version))
	}
	for _, v := range append([]string{version}, slices.Sorted(maps.Keys(a.Weights))...) {
		n := name{account: a.Account, region: a.Region, function: a.Function, qualifier: v}
		if _, err := readFunction(r, n); err != nil {
			return err
		}
	}
	return nil
}
