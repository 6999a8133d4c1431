package dynamodb

import (
	"context"
	"encoding/json"
	"fmt"

	"cloudless/internal/api"
	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/awserr"
	"cloudless/internal/service/dynamodb/transfer"
	"cloudless/internal/storage/kv"
)

// ImportTable makes a new table with the items of objects in a bucket. The
// table is CREATING until a job has read them all.
func (s *Service) ImportTable(ctx context.Context, call *api.Call, in *ddb.ImportTableInput) (*ddb.ImportTableOutput, error) {
	p := in.TableCreationParameters
	where, err := parseRef(call, p.TableName)
	if err != nil {
		return nil, err
	}
	if err := checkImport(in); err != nil {
		return nil, err
	}
	r, err := newRecord(where, &ddb.CreateTableInput{TableName: p.TableName, AttributeDefinitions: p.AttributeDefinitions, KeySchema: p.KeySchema, BillingMode: p.BillingMode,
		ProvisionedThroughput: p.ProvisionedThroughput, OnDemandThroughput: p.OnDemandThroughput, SSESpecification: p.SSESpecification, GlobalSecondaryIndexes: p.GlobalSecondaryIndexes})
	if err != nil {
		return nil, err
	}
	if err := s.authz.Authorize(ctx, call, "dynamodb:ImportTable", r.arn()); err != nil {
		return nil, err
	}
	if s.objects == nil {
		return nil, awserr.Unsupported("imports where there is no S3")
	}
	now := s.clock.Now()
	s.identify(r)
	r.Created, r.Active, r.Importing = now, now, true
	if r.BillingMode == payPerRequest {
		r.OnDemand = now
	}
	m, err := s.beginImport(ctx, call, r, where, in)
	if err != nil {
		return nil, err
	}
	s.wakeJobs()
	return &ddb.ImportTableOutput{ImportTableDescription: m.describe()}, nil
}

func checkImport(in *ddb.ImportTableInput) error {
	if in.InputFormatOptions != nil && in.InputFormatOptions.Csv != nil && in.InputFormat != transfer.CSV {
		return awserr.Validation("Invalid Request: Unsupported InputFormatOptions for the given input format: " + in.InputFormat + ".")
	}
	return nil
}

// beginImport writes the table, the import and its job, unless there are such.
func (s *Service) beginImport(ctx context.Context, call *api.Call, r *record, where ref, in *ddb.ImportTableInput) (*importRecord, error) {
	filled := *in
	source := *in.S3BucketSource
	if source.S3BucketOwner == nil {
		source.S3BucketOwner = &call.Account
	}
	filled.S3BucketSource = &source
	if filled.InputCompressionType == "" {
		filled.InputCompressionType = "NONE"
	}
	if filled.ClientToken == nil {
		filled.ClientToken = new(fmt.Sprintf("%016x%016x", s.draw(), s.draw()))
	}
	m := &importRecord{Version: importVersion, ID: transfer.NewID(r.Created, uint32(s.draw())), Table: where, TableID: r.ID, Input: &filled, By: callerOf(call), Started: r.Created}
	key := tableKey(where.account, where.region, where.name)
	err := s.store.Update(ctx, kv.Claims{Write: [][]byte{key}}, func(tx kv.Tx) error {
		same, err := s.sameImport(tx, call, in)
		if err != nil {
			return err
		}
		if same != nil {
			m = same
			return nil
		}
		if err := s.claimName(tx, where, ddb.ResourceInUseException); err != nil {
			return err
		}
		j := &job{Kind: jobImport, Account: r.Account, Region: r.Region, Table: r.Name, Data: r.Data, Import: m.ID}
		s.identifyJob(j)
		tx.Set(m.key(), m.encode())
		tx.Set(jobKey(j.ID), j.encode())
		tx.Set(key, r.encode())
		return nil
	})
	return m, err
}

// sameImport returns the import that was begun with the same ClientToken, or
// nil.
func (s *Service) sameImport(r kv.Reader, call *api.Call, in *ddb.ImportTableInput) (*importRecord, error) {
	if in.ClientToken == nil {
		return nil, nil
	}
	for pair, err := range r.Scan(importsOf(call.Account, call.Region, "")) {
		if err != nil {
			return nil, err
		}
		m, err := decodeImport(pair.Key, pair.Value)
		if err != nil {
			return nil, err
		}
		if *m.Input.ClientToken != *in.ClientToken || s.clock.Now().Sub(m.Started) > tokenAge {
			continue
		}
		if m.Input.TableCreationParameters.TableName != in.TableCreationParameters.TableName {
			return nil, ddb.ImportConflictException("Import conflict: Duplicate request detected with conflicting parameters")
		}
		return m, nil
	}
	return nil, nil
}

// sameJSON reports whether two requests say the same.
func sameJSON(a, b any) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && string(x) == string(y)
}
