package dynamodb

import (
	"context"

	"cloudless/internal/api"
	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/awserr"
	"cloudless/internal/service/dynamodb/transfer"
	"cloudless/internal/storage/kv"
)

// ListImports returns the imports into a table, or into all tables, those that
// are gone too; the newest of a table first.
func (s *Service) ListImports(ctx context.Context, call *api.Call, in *ddb.ListImportsInput) (*ddb.ListImportsOutput, error) {
	name, err := nameIn(call, in.TableArn)
	if err != nil {
		return nil, err
	}
	if err := s.authz.Authorize(ctx, call, "dynamodb:ListImports", call.ARN("dynamodb", "table/*/import/*")); err != nil {
		return nil, err
	}
	within := importsOf(call.Account, call.Region, name)
	within.Reverse = true
	if in.NextToken != nil {
		tableARN, id, ok := transfer.ParseImportARN(fromToken(*in.NextToken))
		where, err := parseRef(call, tableARN)
		if !ok || err != nil {
			return nil, awserr.Validation("Invalid Request: Provided nextToken is invalid: " + *in.NextToken)
		}
		within.End = importKey(where, id)
	}
	limit := defaultListed
	if in.PageSize != nil {
		limit = int(*in.PageSize)
	}
	out := &ddb.ListImportsOutput{ImportSummaryList: []ddb.ImportSummary{}}
	err = s.store.View(ctx, func(r kv.Reader) error {
		out.ImportSummaryList, out.NextToken = out.ImportSummaryList[:0], nil
		for pair, err := range r.Scan(within) {
			if err != nil {
				return err
			}
			m, err := decodeImport(pair.Key, pair.Value)
			if err != nil {
				return err
			}
			if len(out.ImportSummaryList) == limit {
				out.NextToken = new(toToken(*out.ImportSummaryList[limit-1].ImportArn))
				return nil
			}
			d := m.describe()
			out.ImportSummaryList = append(out.ImportSummaryList, ddb.ImportSummary{ImportArn: d.ImportArn, ImportStatus: d.ImportStatus, TableArn: d.TableArn,
				S3BucketSource: d.S3BucketSource, InputFormat: d.InputFormat, StartTime: d.StartTime, EndTime: d.EndTime})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}
