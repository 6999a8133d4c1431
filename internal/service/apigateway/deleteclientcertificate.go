package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// DeleteClientCertificate deletes a client certificate that no stage has.
func (s *Service) DeleteClientCertificate(ctx context.Context, call *api.Call, in *agw.DeleteClientCertificateRequest) (*agw.DeleteClientCertificateOutput, error) {
	if err := s.authorize(ctx, call, "DELETE", clientCertificates.name, in.ClientCertificateId); err != nil {
		return nil, err
	}
	used, err := view(ctx, s, func(r kv.Reader) (string, error) { return stageShowing(r, call, in.ClientCertificateId) })
	if err != nil {
		return nil, err
	}
	if used != "" {
		return nil, agw.BadRequestException("Client certificate " + in.ClientCertificateId + " is in use by the stage " + used)
	}
	if err := clientCertificates.remove(ctx, s, call, in.ClientCertificateId); err != nil {
		return nil, err
	}
	return &agw.DeleteClientCertificateOutput{}, nil
}

// stageShowing returns a stage of the caller's that shows a client certificate,
// such as "a1b2c3d4e5/prod", or "".
func stageShowing(r kv.Reader, call *api.Call, id string) (string, error) {
	apis, err := lastElements(r, ownedPrefix(call.Account, call.Region))
	if err != nil {
		return "", err
	}
	for _, apiID := range apis {
		stages, err := loadAll[stage](r, stagePrefix(apiID))
		if err != nil {
			return "", err
		}
		for _, st := range stages {
			if deref(st.Stage.ClientCertificateId) == id {
				return apiID + "/" + *st.Stage.StageName, nil
			}
		}
	}
	return "", nil
}
