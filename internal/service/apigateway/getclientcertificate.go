package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
)

// GetClientCertificate shows a client certificate.
func (s *Service) GetClientCertificate(ctx context.Context, call *api.Call, in *agw.GetClientCertificateRequest) (*agw.ClientCertificate, error) {
	c, err := clientCertificates.get(ctx, s, call, in.ClientCertificateId)
	if err != nil {
		return nil, err
	}
	return &c.Certificate, nil
}
