package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
)

// UpdateClientCertificate changes the description of a client certificate.
func (s *Service) UpdateClientCertificate(ctx context.Context, call *api.Call, in *agw.UpdateClientCertificateRequest) (*agw.ClientCertificate, error) {
	if err := s.authorize(ctx, call, "PATCH", clientCertificates.name, in.ClientCertificateId); err != nil {
		return nil, err
	}
	c, err := clientCertificates.change(ctx, s, call, in.ClientCertificateId, func(c *clientCertificate) error {
		return patch(&c.Certificate, in.PatchOperations, clientCertificateRules, refuseByPath)
	})
	if err != nil {
		return nil, err
	}
	return &c.Certificate, nil
}

var clientCertificateRules = []rule[agw.ClientCertificate]{
	{"/description", replaceOnly, text(func(c *agw.ClientCertificate) **string { return &c.Description })},
}
