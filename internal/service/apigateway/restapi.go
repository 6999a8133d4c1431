package apigateway

import (
	"context"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/awserr"
	"cloudless/internal/storage/kv"
)

// restAPI is a REST API.
type restAPI struct {
	Form    int
	Account string
	Region  string
	API     agw.RestApi
}

// findAPI reads an API of the caller. Ids of others are answered as ids that
// nobody has.
func findAPI(r kv.Reader, call *api.Call, id string) (*restAPI, error) {
	a, err := load[restAPI](r, apiKey(id))
	if err != nil {
		return nil, orElse(err, noSuchAPI(call, id))
	}
	if a.Account != call.Account || a.Region != call.Region {
		return nil, noSuchAPI(call, id)
	}
	return a, nil
}

func noSuchAPI(call *api.Call, id string) error {
	return agw.NotFoundException("Invalid API identifier specified " + call.Account + ":" + id)
}

// changeAPI changes an API, with all that hangs on it held still.
func (s *Service) changeAPI(ctx context.Context, call *api.Call, id string, change func(tx kv.Tx, a *restAPI) error) error {
	return s.store.Update(ctx, kv.Claims{Write: [][]byte{apiKey(id)}}, func(tx kv.Tx) error {
		a, err := findAPI(tx, call, id)
		if err != nil {
			return err
		}
		return change(tx, a)
	})
}

// hideNotFound turns the refusal of an unknown API into kv.ErrNotFound, for
// callers that have a refusal of their own for it.
func hideNotFound(err error) error {
	if awserr.Code(err) == "NotFoundException" {
		return kv.ErrNotFound
	}
	return err
}
