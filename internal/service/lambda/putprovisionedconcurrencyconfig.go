package lambda

import (
	"context"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/awserr"
	"cloudless/internal/storage/kv"
)

// PutProvisionedConcurrencyConfig keeps environments started for a version, or
// for the one that an alias leads to.
func (s *Service) PutProvisionedConcurrencyConfig(ctx context.Context, call *api.Call, in *lambdaapi.PutProvisionedConcurrencyConfigRequest) (*lambdaapi.PutProvisionedConcurrencyConfigResponse, error) {
	n, err := s.provisionedName(ctx, call, "PutProvisionedConcurrencyConfig", in.FunctionName, in.Qualifier,
		"Provisioned Concurrency Configs cannot be applied to unpublished function versions.")
	if err != nil {
		return nil, err
	}
	p := &provisioned{
		FormatVersion: 1, Account: n.account, Region: n.region, Function: n.function, Qualifier: n.qualifier, Task: s.newID(),
		Requested: in.ProvisionedConcurrentExecutions, Status: provisioning, Modified: timestamp(s.clock.Now()),
	}
	var out *lambdaapi.GetProvisionedConcurrencyConfigResponse
	err = s.store.Update(ctx, kv.Claims{Write: [][]byte{p.key(), n.key(), accountKey(n.account, n.region)}}, func(tx kv.Tx) error {
		if err := checkProvisionable(tx, n); err != nil {
			return err
		}
		if err := checkProvision(tx, n, p.Requested); err != nil {
			return err
		}
		if s.provisioner == nil {
			return awserr.Unsupported("environments that are kept started")
		}
		if err := p.divide(tx); err != nil {
			return err
		}
		if out, err = s.describeProvisioned(tx, p); err != nil {
			return err
		}
		if err := recordProvision(tx, n); err != nil {
			return err
		}
		return writeRecord(tx, p.key(), p)
	})
	if err != nil {
		return nil, err
	}
	s.provision(n)
	return (*lambdaapi.PutProvisionedConcurrencyConfigResponse)(out), nil
}
