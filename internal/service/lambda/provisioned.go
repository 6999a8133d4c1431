package lambda

import (
	"context"
	"fmt"
	"math"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/awserr"
	"cloudless/internal/storage/kv"
)

// How far the environments of a provisioned concurrency are.
const (
	provisioning      = "IN_PROGRESS"
	provisionedReady  = "READY"
	provisionedFailed = "FAILED"
)

// provisioned is a number of environments that are kept for a version, or for
// the version that an alias leads to.
type provisioned struct {
	FormatVersion int    `json:"v"`
	Account       string `json:"account"`
	Region        string `json:"region"`
	Function      string `json:"function"`
	Qualifier     string `json:"qualifier"`
	Task          string `json:"task"` // names what is under way
	Requested     int64  `json:"requested"`
	Status        string `json:"status"`
	Reason        string `json:"reason,omitempty"`
	Modified      string `json:"modified"`

	// Shares are the parts of the versions that invocations get.
	Shares []share `json:"shares"`
}

// share is how many of the environments one version has.
type share struct {
	Version    string `json:"version"`
	Executions int64  `json:"executions"`
}

func (p *provisioned) name() name {
	return name{account: p.Account, region: p.Region, function: p.Function, qualifier: p.Qualifier}
}

func (p *provisioned) key() []byte {
	return provisionedKey(p.Account, p.Region, p.Function, p.Qualifier)
}

// divide makes the shares: those of an alias that leads to two versions are by
// its weights.
func (p *provisioned) divide(r kv.Reader) error {
	n := p.name()
	p.Shares = []share{{n.qualifier, p.Requested}}
	if isVersion(n.qualifier) {
		return nil
	}
	a, err := readAlias(r, n, noSuchAlias(n))
	if err == nil {
		p.divideBy(a)
	}
	return err
}

func (p *provisioned) divideBy(a *alias) {
	p.Shares = []share{{a.Version, p.Requested}}
	for version, weight := range a.Weights { // there is one at most
		other := int64(math.Round(weight * float64(p.Requested)))
		if other > 0 {
			p.Shares[0].Executions -= other
			p.Shares = append(p.Shares, share{version, other})
		}
	}
}

// describeProvisioned returns the configuration as the API shows it.
func (s *Service) describeProvisioned(r kv.Reader, p *provisioned) (*lambdaapi.GetProvisionedConcurrencyConfigResponse, error) {
	started, err := s.started(r, p)
	if err != nil {
		return nil, err
	}
	out := &lambdaapi.GetProvisionedConcurrencyConfigResponse{
		RequestedProvisionedConcurrentExecutions: new(p.Requested), AllocatedProvisionedConcurrentExecutions: new(started),
		AvailableProvisionedConcurrentExecutions: new(started), Status: p.Status, LastModified: new(p.Modified),
	}
	if p.Reason != "" {
		out.StatusReason = new(p.Reason)
	}
	return out, nil
}

// started counts the environments that there are at this moment.
func (s *Service) started(r kv.Reader, p *provisioned) (n int64, err error) {
	if s.provisioner == nil {
		return 0, nil
	}
	for _, part := range p.Shares {
		f, err := readFunction(r, p.version(part))
		if awserr.Code(err) == "ResourceNotFoundException" {
			continue // it goes, and its environments with it
		}
		if err != nil {
			return 0, err
		}
		n += min(part.Executions, int64(s.provisioner.Provisioned(f.environmentID())))
	}
	return n, nil
}

// version names the version of a share.
func (p *provisioned) version(part share) name {
	n := p.name()
	n.qualifier = part.Version
	return n
}

// provisionedName returns the name of a version or an alias that an operation
// on its provisioned concurrency is about. unpublished is the refusal of
// $LATEST.
func (s *Service) provisionedName(ctx context.Context, call *api.Call, action, function, qualifier, unpublished string) (name, error) {
	n, err := parseName(call, function, &qualifier)
	if err != nil {
		return n, err
	}
	if err := s.authorize(ctx, call, action, n); err != nil {
		return n, err
	}
	if n.qualifier == latest || n.qualifier == "" {
		return n, lambdaapi.InvalidParameterValueException(unpublished)
	}
	return n, nil
}

// unpublishedResource is the refusal of $LATEST where nothing is to be made.
const unpublishedResource = "The function resource provided must be an alias or a published version."

// checkProvisionable refuses what is not there: a version as a function is, an
// alias as aliases are.
func checkProvisionable(r kv.Reader, n name) error {
	_, err := readHolder(r, n)
	if awserr.Code(err) == "ResourceNotFoundException" && !isVersion(n.qualifier) {
		return noSuchAlias(n)
	}
	return err
}

func readProvisioned(r kv.Reader, n name) (*provisioned, error) {
	if err := checkProvisionable(r, n); err != nil {
		return nil, err
	}
	p := &provisioned{}
	return p, readRecord(r, provisionedKey(n.account, n.region, n.function, n.qualifier), p,
		lambdaapi.ProvisionedConcurrencyConfigNotFoundException("No Provisioned Concurrency Config found for this function"))
}

// provisionedOf returns what is provisioned for a function, by qualifier.
func provisionedOf(r kv.Reader, n name) ([]*provisioned, error) {
	var all []*provisioned
	err := eachRecord(r, allOf("provisioned", n.account, n.region, n.function), func(p *provisioned) error {
		all = append(all, p)
		return nil
	})
	return all, err
}

// checkProvision refuses a number of environments that does not fit to what is
// reserved, and a second one for the same version.
func checkProvision(r kv.Reader, n name, requested int64) error {
	whole, err := readFunction(r, n.unqualified())
	if err != nil {
		return err
	}
	version, err := readFunction(r, n)
	if err != nil {
		return err
	}
	others, err := provisionedOf(r, n)
	if err != nil {
		return err
	}
	sum := requested
	for _, p := range others {
		if p.Qualifier == n.qualifier {
			continue
		}
		sum += p.Requested
		v, err := readFunction(r, p.name())
		if err != nil {
			return err
		}
		switch {
		case v.Number != version.Number:
		case isVersion(n.qualifier):
			return lambdaapi.ResourceConflictException("Version is pointed by a Provisioned Concurrency alias")
		default:
			return lambdaapi.ResourceConflictException("Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version")
		}
	}
	if whole.Reserved != nil && sum > *whole.Reserved {
		return lambdaapi.InvalidParameterValueException("Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function")
	}
	if whole.Reserved != nil {
		return nil
	}
	return checkUnreserved(r, n, sum)
}

// checkUnreserved refuses to provision more than the account has for functions
// without a reservation.
func checkUnreserved(r kv.Reader, n name, sum int64) error {
	if sum > maxConcurrency {
		return lambdaapi.InvalidParameterValueException(fmt.Sprintf(
			"Specified ConcurrentExecutions for function is greater than account's unreserved concurrency [%d].", maxConcurrency))
	}
	all, err := readReservations(r, n.account, n.region)
	if err != nil {
		return err
	}
	others, err := all.readExecutions(r, n.account, n.region)
	if err != nil {
		return err
	}
	if maxConcurrency-all.Reserved-others.unreserved(n.function)-sum < minUnreserved {
		return lambdaapi.InvalidParameterValueException(fmt.Sprintf("Specified ConcurrentExecutions for function decreases "+
			"account's UnreservedConcurrentExecution below its minimum value of [%d].", minUnreserved))
	}
	return nil
}

// checkReservation refuses to reserve less than is provisioned.
func checkReservation(r kv.Reader, n name, reserved int64) error {
	all, err := provisionedOf(r, n)
	if err != nil {
		return err
	}
	var sum int64
	for _, p := range all {
		sum += p.Requested
	}
	if reserved < sum {
		return untyped(lambdaapi.InvalidParameterValueException(fmt.Sprintf(" ReservedConcurrentExecutions  %d should not be lower than function's total provisioned concurrency [%d].", reserved, sum)))
	}
	return nil
}
