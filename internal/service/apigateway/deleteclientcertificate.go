package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
)

// DeleteClientCertificate deletes a client certificate. No stage can have it.
func (s *Service) DeleteClientCertificate(ctx context.Context, call *api.Call, in *agw.DeleteClientCertificateRequest) (*agw.DeleteClientCertificateOutput, error) {
	if err := clientCertificates.remove(ctx, s, call, in.ClientCertificateId); err != nil {
		return nil, err
	}
	return &agw.DeleteClientCertificateOutput{}, nil
}
