package dynamodb

import (
	"cmp"
	"context"
	"encoding/hex"

	"cloudless/internal/api"
	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/awserr"
	"cloudless/internal/service/dynamodb/transfer"
	"cloudless/internal/storage/kv"
)

const defaultListed = 10 // exports or imports in one page

// ListExports returns the exports of a table, or of all tables, the newest of a
// table first.
func (s *Service) ListExports(ctx context.Context, call *api.Call, in *ddb.ListExportsInput) (*ddb.ListExportsOutput, error) {
	name, err := nameIn(call, in.TableArn)
	if err != nil {
		return nil, err
	}
	if err := s.authz.Authorize(ctx, call, "dynamodb:ListExports", call.ARN("dynamodb", "table/*/export/*")); err != nil {
		return nil, err
	}
	within := exportsOf(call.Account, call.Region, name)
	within.Reverse = true
	if in.NextToken != nil {
		tableARN, id, ok := transfer.ParseExportARN(fromToken(*in.NextToken))
		where, err := parseRef(call, tableARN)
		if !ok || err != nil {
			return nil, awserr.Validation("Invalid Request: Provided nextToken is invalid: " + *in.NextToken)
		}
		within.End = exportKey(where, id)
	}
	limit := defaultListed
	if in.MaxResults != nil {
		limit = int(*in.MaxResults)
	}
	out := &ddb.ListExportsOutput{ExportSummaries: []ddb.ExportSummary{}}
	err = s.store.View(ctx, func(r kv.Reader) error {
		out.ExportSummaries, out.NextToken = out.ExportSummaries[:0], nil
		for pair, err := range r.Scan(within) {
			if err != nil {
				return err
			}
			x, err := decodeExport(pair.Key, pair.Value)
			if err != nil {
				return err
			}
			if len(out.ExportSummaries) == limit {
				out.NextToken = new(toToken(*out.ExportSummaries[limit-1].ExportArn))
				return nil
			}
			d := x.describe()
			out.ExportSummaries = append(out.ExportSummaries, ddb.ExportSummary{ExportArn: d.ExportArn, ExportStatus: d.ExportStatus, ExportType: cmp.Or(d.ExportType, "FULL_EXPORT")})
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// nameIn returns the name of the table that an optional ARN names, or "".
func nameIn(call *api.Call, arn *string) (string, error) {
	if arn == nil {
		return "", nil
	}
	where, err := parseRef(call, *arn)
	if err != nil || where.arn() != *arn {
		return "", awserr.Validation("Invalid TableArn: " + *arn)
	}
	return where.name, nil
}

// A token names the last export or import of a page, in letters that AWS's
// tokens have; they are longer.
func toToken(arn string) string { return hex.EncodeToString([]byte(arn)) }

func fromToken(token string) string {
	arn, err := hex.DecodeString(token)
	if err != nil {
		return ""
	}
	return string(arn)
}
