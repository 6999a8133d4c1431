package dynamodb

import (
	"cmp"
	"slices"
	"time"

	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/awserr"
)

// restoredRecord tells what a table was restored from.
type restoredRecord struct {
	BackupARN  string    `json:"backupArn,omitempty"`
	TableARN   string    `json:"tableArn"`
	AsOf       time.Time `json:"asOf"`
	InProgress bool      `json:"inProgress"` // it does not have all its items yet, and is CREATING
}

// overrides are what a request wants otherwise than it was.
type overrides struct {
	billingMode string
	throughput  *ddb.ProvisionedThroughput
	onDemand    *ddb.OnDemandThroughput
	global      []ddb.GlobalSecondaryIndex // nil for all as they were
	local       []ddb.LocalSecondaryIndex  // nil for all as they were
	sse         *ddb.SSESpecification
}

// restored returns the definition of a table that is to be like another was.
// Stream, time to live, tags, policy and protection are not restored.
func (s *Service) restored(was *record, where ref, o overrides) (*record, error) {
	r := &record{
		Version: recordVersion, Account: where.account, Region: where.region, Name: where.name,
		Key: was.Key, Attributes: was.Attributes, Indexes: slices.Clone(was.Indexes), Numbered: was.lastNumber(),
		BillingMode: cmp.Or(o.billingMode, was.BillingMode), Throughput: was.Throughput, TableClass: was.TableClass,
	}
	if o.throughput != nil || o.onDemand != nil {
		r.Throughput = throughput(o.throughput, o.onDemand, nil)
	}
	if err := r.chooseIndexes(o); err != nil {
		return nil, err
	}
	if err := r.settleBilling(was); err != nil {
		return nil, err
	}
	var err error
	if r.SSE, err = newSSE(where, o.sse, was.SSE); err != nil {
		return nil, err
	}
	now := s.clock.Now()
	s.identify(r)
	r.Created, r.Active = now, now
	if r.BillingMode == payPerRequest {
		r.OnDemand = now
	}
	return r, nil
}

// chooseIndexes leaves those indexes that a request names, if it names any,
// with the throughput that it gives.
func (r *record) chooseIndexes(o overrides) error {
	named := map[string]throughputRecord{}
	for _, ix := range o.global {
		named[ix.IndexName] = throughput(ix.ProvisionedThroughput, ix.OnDemandThroughput, ix.WarmThroughput)
	}
	for _, ix := range o.local {
		named[ix.IndexName] = throughputRecord{}
	}
	var chosen []indexRecord
	for _, ix := range r.Indexes {
		ix.Building = false // it is filled as the items come
		asked := o.local != nil
		if ix.Global {
			asked = o.global != nil
		}
		given, isNamed := named[ix.Name]
		if asked && !isNamed {
			continue
		}
		if isNamed {
			ix.Throughput = given
			delete(named, ix.Name)
		}
		chosen = append(chosen, ix)
	}
	for name := range named {
		return awserr.Validation(invalidValues + "Index " + name + " does not exist in the source")
	}
	r.Indexes = chosen
	r.Attributes = slices.DeleteFunc(slices.Clone(r.Attributes), func(a attributeRecord) bool { return !slices.Contains(r.usedAttributes(), a.Name) })
	return nil
}

// settleBilling makes throughput fit the billing mode.
func (r *record) settleBilling(was *record) error {
	if r.BillingMode == payPerRequest {
		r.Throughput.Read, r.Throughput.Write = 0, 0
		for i := range r.Indexes {
			r.Indexes[i].Throughput.Read, r.Indexes[i].Throughput.Write = 0, 0
		}
		return nil
	}
	if r.Throughput.Read == 0 {
		return awserr.Validation(invalidValues + "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED")
	}
	for i := range r.Indexes {
		ix := &r.Indexes[i]
		if ix.Global && ix.Throughput.Read == 0 {
			if was.BillingMode == payPerRequest {
				return awserr.Validation(invalidValues + "ProvisionedThroughput is not specified for index: " + ix.Name)
			}
			ix.Throughput = r.Throughput
		}
	}
	return nil
}

// describeRestore shows what the table was restored from.
func (r *record) describeRestore() *ddb.RestoreSummary {
	if r.Restored == nil {
		return nil
	}
	d := &ddb.RestoreSummary{SourceTableArn: &r.Restored.TableARN, RestoreDateTime: r.Restored.AsOf, RestoreInProgress: r.Restored.InProgress}
	if r.Restored.BackupARN != "" {
		d.SourceBackupArn = &r.Restored.BackupARN
	}
	return d
}
