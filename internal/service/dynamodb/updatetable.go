package dynamodb

import (
	"context"

	"cloudless/internal/api"
	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/awserr"
	"cloudless/internal/storage/kv"
)

// UpdateTable changes a table's definition: throughput, billing mode, stream,
// one global index, and what else it is told.
//
// The transaction claims the definition, so no item is being written in it; and
// whoever writes one later follows the new definition. A new index is filled
// by a job (backfill.go), and what a removed one leaves is dropped by another.
func (s *Service) UpdateTable(ctx context.Context, call *api.Call, in *ddb.UpdateTableInput) (*ddb.UpdateTableOutput, error) {
	where, err := parseRef(call, in.TableName)
	if err != nil {
		return nil, err
	}
	if err := checkUpdate(in); err != nil {
		return nil, err
	}
	if err := s.authorize(ctx, call, "UpdateTable", where); err != nil {
		return nil, err
	}
	var u *tableUpdate
	key := tableKey(where.account, where.region, where.name)
	err = s.store.Update(ctx, kv.Claims{Write: [][]byte{key}}, func(tx kv.Tx) error {
		r, err := s.readRecord(tx, call, where)
		if err != nil {
			return err
		}
		now := s.clock.Now()
		if err := r.checkChangeable(r.status(now)); err != nil {
			return err
		}
		u = &tableUpdate{record: r, now: now}
		if err := u.apply(in); err != nil {
			return err
		}
		if err := s.switchStream(tx, r, in.StreamSpecification, now); err != nil {
			return err
		}
		for _, j := range u.jobs {
			s.identifyJob(j)
			tx.Set(jobKey(j.ID), j.encode())
		}
		r.Updated = now.Add(s.settle)
		tx.Set(key, r.encode())
		return nil
	})
	if err != nil {
		return nil, err
	}
	s.wakeJobs()
	counted, err := s.census(ctx, u.record)
	if err != nil {
		return nil, err
	}
	return &ddb.UpdateTableOutput{TableDescription: u.describe(counted)}, nil
}

// checkChangeable refuses to change a table that is busy.
func (r *record) checkChangeable(status string) error {
	busy := map[string]string{statusCreating: "created", statusUpdating: "updated", statusDeleting: "deleted"}[status]
	if busy == "" {
		return nil
	}
	return ddb.ResourceInUseException("Attempt to change a resource which is still in use: Table is being " + busy + ": " + r.Name)
}

// checkUpdate refuses what shows without the table.
func checkUpdate(in *ddb.UpdateTableInput) error {
	for _, option := range []struct {
		name  string
		given bool
	}{
		{"ReplicaUpdates", in.ReplicaUpdates != nil},
		{"MultiRegionConsistency", in.MultiRegionConsistency != ""},
		{"GlobalTableWitnessUpdates", in.GlobalTableWitnessUpdates != nil},
		{"GlobalTableSettingsReplicationMode", in.GlobalTableSettingsReplicationMode != ""},
	} {
		if option.given {
			return awserr.Unsupported("the " + option.name + " of a table")
		}
	}
	if in.ProvisionedThroughput == nil && in.BillingMode == "" && in.GlobalSecondaryIndexUpdates == nil && in.StreamSpecification == nil && in.SSESpecification == nil &&
		in.TableClass == "" && in.DeletionProtectionEnabled == nil && in.OnDemandThroughput == nil && in.WarmThroughput == nil {
		return awserr.Validation("At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates or SSESpecification or ReplicaUpdates is required")
	}
	if in.BillingMode == payPerRequest && in.ProvisionedThroughput != nil {
		return errNoCapacityOnDemand
	}
	if err := checkThroughput(in.ProvisionedThroughput); err != nil {
		return err
	}
	return checkIndexUpdates(in.GlobalSecondaryIndexUpdates)
}

// checkIndexUpdates refuses updates that are none, or that name an index twice.
func checkIndexUpdates(updates []ddb.GlobalSecondaryIndexUpdate) error {
	named := map[string]bool{}
	for _, u := range updates {
		var names []string
		if u.Create != nil {
			names = append(names, u.Create.IndexName)
		}
		if u.Update != nil {
			if err := checkThroughput(u.Update.ProvisionedThroughput); err != nil {
				return err
			}
			names = append(names, u.Update.IndexName)
		}
		if u.Delete != nil {
			names = append(names, u.Delete.IndexName)
		}
		if len(names) != 1 {
			return awserr.Validation(invalidValues + "One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, GlobalSecondaryIndexUpdate.Delete must not be null")
		}
		if named[names[0]] {
			return awserr.Validation(invalidValues + "Only one global secondary index update per index is allowed simultaneously. Index: " + names[0])
		}
		named[names[0]] = true
	}
	return nil
}
