package lambda

import (
	"context"
	"errors"
	"strings"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/storage/kv"
)

// PublishLayerVersion keeps a package under the next number of a layer. The
// first one makes the layer.
func (s *Service) PublishLayerVersion(ctx context.Context, call *api.Call, in *lambdaapi.PublishLayerVersionRequest) (*lambdaapi.PublishLayerVersionResponse, error) {
	n, err := s.ownLayer(ctx, call, "PublishLayerVersion", in.LayerName, 0)
	if err != nil {
		return nil, err
	}
	err = checkCompatible("compatibleRuntimes", "["+strings.Join(in.CompatibleRuntimes, ", ")+"]", in.CompatibleRuntimes...)
	if err != nil {
		return nil, err
	}
	c, err := s.storeCode(ctx, call, source{
		zip: in.Content.ZipFile, bucket: in.Content.S3Bucket, key: in.Content.S3Key, version: in.Content.S3ObjectVersion})
	if err != nil {
		return nil, err
	}
	v := &layerVersion{
		FormatVersion: 1, Account: n.account, Region: n.region, Name: n.layer, Created: timestamp(s.clock.Now()),
		Description: valueOf(in.Description), LicenseInfo: in.LicenseInfo,
		Runtimes: in.CompatibleRuntimes, Architectures: in.CompatibleArchitectures, Code: c,
	}
	err = s.store.Update(ctx, kv.Claims{Write: [][]byte{n.key()}}, func(tx kv.Tx) error {
		whole := &layer{FormatVersion: 1}
		if err := readRecord(tx, n.key(), whole, kv.ErrNotFound); err != nil && !errors.Is(err, kv.ErrNotFound) {
			return err
		}
		whole.Last++
		v.Number = whole.Last
		if err := writeRecord(tx, v.key(), v); err != nil {
			return err
		}
		return writeRecord(tx, n.key(), whole)
	})
	if err != nil {
		return nil, err
	}
	return (*lambdaapi.PublishLayerVersionResponse)(s.describeLayer(call, v)), nil
}
