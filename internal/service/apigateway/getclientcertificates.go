package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
)

// GetClientCertificates lists the client certificates of the account in the
// region, by their ids.
func (s *Service) GetClientCertificates(ctx context.Context, call *api.Call, in *agw.GetClientCertificatesRequest) (*agw.ClientCertificates, error) {
	all, err := clientCertificates.list(ctx, s, call)
	if err != nil {
		return nil, err
	}
	items := make([]agw.ClientCertificate, 0, len(all))
	for _, c := range all {
		items = append(items, c.Certificate)
	}
	out := &agw.ClientCertificates{}
	out.Items, out.Position, err = page(items, func(c agw.ClientCertificate) string { return *c.ClientCertificateId }, in.Limit, in.Position)
	return out, err
}
