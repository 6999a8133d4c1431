package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
)

// GenerateClientCertificate makes a certificate by which backends may know the
// gateway.
func (s *Service) GenerateClientCertificate(ctx context.Context, call *api.Call, in *agw.GenerateClientCertificateRequest) (*agw.ClientCertificate, error) {
	if err := s.authorizeWith(ctx, call, api.RequestTags(in.Tags), "POST", clientCertificates.name); err != nil {
		return nil, err
	}
	if err := checkTags(in.Tags); err != nil {
		return nil, err
	}
	c, err := newClientCertificate(s.now())
	if err != nil {
		return nil, err
	}
	c.Certificate.ClientCertificateId = new(newID(s.clock, clientCertificateIDLength))
	c.Certificate.Description, c.Certificate.Tags = in.Description, in.Tags
	if err := clientCertificates.put(ctx, s, call, *c.Certificate.ClientCertificateId, c); err != nil {
		return nil, err
	}
	return &c.Certificate, nil
}
