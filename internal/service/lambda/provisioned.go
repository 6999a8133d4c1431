package lambda

import (
	"context"
	"errors"
	"fmt"

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
	Ready         int64  `json:"ready"`
	Status        string `json:"status"`
	Reason        string `json:"reason,omitempty"`
	Modified      string `json:"modified"`
}

func (p *provisioned) name() name {
	return name{account: p.Account, region: p.Region, function: p.Function, qualifier: p.Qualifier}
}

func (p *provisioned) key() []byte {
	return provisionedKey(p.Account, p.Region, p.Function, p.Qualifier)
}

// describe returns the configuration as the API shows it.
func (p *provisioned) describe() *lambdaapi.GetProvisionedConcurrencyConfigResponse {
	out := &lambdaapi.GetProvisionedConcurrencyConfigResponse{
		RequestedProvisionedConcurrentExecutions: new(p.Requested), AllocatedProvisionedConcurrentExecutions: new(p.Ready),
		AvailableProvisionedConcurrentExecutions: new(p.Ready), Status: p.Status, LastModified: new(p.Modified),
	}
	if p.Reason != "" {
		out.StatusReason = new(p.Reason)
	}
	return out
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
	if maxConcurrency-all.Reserved-sum < minUnreserved {
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
		return lambdaapi.InvalidParameterValueException(fmt.Sprintf(" ReservedConcurrentExecutions  %d should not be lower than function's total provisioned concurrency [%d].", reserved, sum))
	}
	return nil
}

// provision starts the environments, in the background, and notes how that has
// ended, unless something else is wanted by then.
func (s *Service) provision(p *provisioned) {
	s.background.Go(func() {
		status, reason := provisionedReady, ""
		err := s.startProvisioned(p)
		if s.ctx.Err() != nil {
			return // the next start takes it up
		}
		if err != nil {
			s.log.Warn("environments not provisioned", "function", p.name().qualifiedARN(), "err", err)
			status, reason = provisionedFailed, "FUNCTION_ERROR_INIT_FAILURE"
		}
		err = s.store.Update(s.ctx, kv.Claims{Write: [][]byte{p.key()}}, func(tx kv.Tx) error {
			now := &provisioned{}
			err := readRecord(tx, p.key(), now, kv.ErrNotFound)
			if errors.Is(err, kv.ErrNotFound) || err == nil && now.Task != p.Task {
				return nil
			}
			if err != nil {
				return err
			}
			now.Status, now.Reason, now.Ready = status, reason, 0
			if status == provisionedReady {
				now.Ready = now.Requested
			}
			return writeRecord(tx, p.key(), now)
		})
		if err != nil && s.ctx.Err() == nil {
			s.log.Error("provisioned concurrency not settled", "function", p.name().qualifiedARN(), "err", err)
		}
	})
}

func (s *Service) startProvisioned(p *provisioned) error {
	f, err := s.read(s.ctx, p.name())
	if err != nil {
		return err
	}
	return s.provisioner.Provision(s.ctx, s.environment(f), int(p.Requested))
}

// unprovision lets the environments go that were kept for what is named.
func (s *Service) unprovision(ctx context.Context, n name) {
	if s.provisioner == nil {
		return
	}
	f, err := s.read(ctx, n)
	if err == nil {
		err = s.provisioner.Provision(ctx, s.environment(f), 0)
	}
	if err != nil {
		s.log.Warn("environments stay provisioned", "function", n.qualifiedARN(), "err", err)
	}
}

// isProvisioned tells whether environments are kept for what is named.
func isProvisioned(r kv.Reader, n name) (bool, error) {
	_, err := r.Get(provisionedKey(n.account, n.region, n.function, n.qualifier))
	if errors.Is(err, kv.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// reprovision begins to keep environments for what is named anew, since it
// leads to another version. It returns nil if none are to be kept.
func (s *Service) reprovision(tx kv.Tx, n name) (*provisioned, error) {
	p := &provisioned{}
	key := provisionedKey(n.account, n.region, n.function, n.qualifier)
	err := readRecord(tx, key, p, kv.ErrNotFound)
	if errors.Is(err, kv.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	p.Task, p.Status = s.newID(), provisioning
	return p, writeRecord(tx, key, p)
}

// resumeProvisioned starts the environments anew that an earlier server kept.
func (s *Service) resumeProvisioned(ctx context.Context) error {
	if s.provisioner == nil {
		return nil
	}
	var all []*provisioned
	err := s.store.View(ctx, func(r kv.Reader) error {
		return eachRecord(r, allOf("provisioned"), func(p *provisioned) error {
			all = append(all, p)
			return nil
		})
	})
	for _, p := range all {
		s.provision(p)
	}
	return err
}
