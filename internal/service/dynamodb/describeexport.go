package dynamodb

import (
	"context"
	"errors"

	"cloudless/internal/api"
	ddb "cloudless/internal/api/dynamodb"
	"cloudless/internal/awserr"
	"cloudless/internal/service/dynamodb/transfer"
	"cloudless/internal/storage/kv"
)

// DescribeExport returns how far an export is, and what it was asked to do.
func (s *Service) DescribeExport(ctx context.Context, call *api.Call, in *ddb.DescribeExportInput) (*ddb.DescribeExportOutput, error) {
	tableARN, id, ok := transfer.ParseExportARN(in.ExportArn)
	if !ok {
		return nil, awserr.Validation("Invalid Export ARN")
	}
	where, err := parseRef(call, tableARN)
	if err != nil {
		return nil, awserr.Validation("Invalid Export ARN")
	}
	if err := s.authz.Authorize(ctx, call, "dynamodb:DescribeExport", in.ExportArn); err != nil {
		return nil, err
	}
	x, err := readKept(ctx, s.store, exportKey(where, id), decodeExport)
	if errors.Is(err, kv.ErrNotFound) {
		return nil, ddb.ExportNotFoundException("Export not found: Export not found: " + in.ExportArn)
	}
	if err != nil {
		return nil, err
	}
	return &ddb.DescribeExportOutput{ExportDescription: x.describe()}, nil
}
