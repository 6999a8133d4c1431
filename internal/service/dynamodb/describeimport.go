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

// DescribeImport returns how far an import is, and what it was asked to do.
func (s *Service) DescribeImport(ctx context.Context, call *api.Call, in *ddb.DescribeImportInput) (*ddb.DescribeImportOutput, error) {
	tableARN, id, ok := transfer.ParseImportARN(in.ImportArn)
	where, err := parseRef(call, tableARN)
	if !ok || err != nil {
		return nil, awserr.Validation("Invalid Import ARN")
	}
	if err := s.authz.Authorize(ctx, call, "dynamodb:DescribeImport", in.ImportArn); err != nil {
		return nil, err
	}
	m, err := readKept(ctx, s.store, importKey(where, id), decodeImport)
	if errors.Is(err, kv.ErrNotFound) {
		return nil, ddb.ImportNotFoundException("Import not found: " + in.ImportArn)
	}
	if err != nil {
		return nil, err
	}
	return &ddb.DescribeImportOutput{ImportTableDescription: m.describe()}, nil
}
