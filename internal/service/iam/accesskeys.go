package iam

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
	"cloudless/internal/awserr"
	"cloudless/internal/storage/kv"
)

// accessKey is an access key of a user, as it lies in the store.
type accessKey struct {
	Form    int // of this record: 1
	ID      string
	Secret  string
	Status  string // "Active" or "Inactive"
	Account string // 12 digits
	UserID  string
	Created time.Time
}

const (
	accessKeyForm  = 1
	statusActive   = "Active"
	statusInactive = "Inactive"
)

// Key returns a user's access key with its secret, and the user whom it stands
// for. For one that there is not, or that is inactive, it returns
// UnrecognizedClientException.
func (s *Service) Key(ctx context.Context, id string) (api.Key, error) {
	return view(ctx, s, func(r kv.Reader) (api.Key, error) {
		return s.keys.read(r, id, func(r kv.Reader) (api.Key, error) { return readKey(r, id) })
	})
}

// readKey reads a key, and the user whose it is.
func readKey(r kv.Reader, id string) (api.Key, error) {
	k, err := loadKey(r, id)
	if errors.Is(err, kv.ErrNotFound) || err == nil && k.Status != statusActive {
		return api.Key{}, unrecognized()
	}
	if err != nil {
		return api.Key{}, err
	}
	u, err := load(r, k.Account, k.UserID)
	if err != nil {
		return api.Key{}, fmt.Errorf("load user %s of key %s: %w", k.UserID, id, err)
	}
	return api.Key{ID: k.ID, Secret: k.Secret, Principal: api.Principal{
		Type: api.PrincipalUser, Account: k.Account, ARN: u.arn(), ID: u.ID, AccessKeyID: k.ID,
	}}, nil
}

func unrecognized() *awserr.Error {
	return &awserr.Error{Code: awserr.CodeUnrecognizedClient, Status: http.StatusForbidden,
		Message: "The security token included in the request is invalid."}
}

func loadKey(r kv.Reader, id string) (*accessKey, error) {
	b, err := r.Get(accessKeyKey(id))
	if err != nil {
		return nil, err
	}
	return decode[accessKey](b)
}

// changeKey calls f with the access key of a user, in the transaction that
// changes both.
func (s *Service) changeKey(ctx context.Context, u *entity, id string, f func(tx kv.Tx, u *entity, k *accessKey) error) error {
	claims := kv.Claims{Write: [][]byte{accessKeyKey(id)}}
	return s.change(ctx, u, claims, func(tx kv.Tx, u *entity) error {
		if !slices.Contains(u.AccessKeys, id) {
			return noSuchKey(id)
		}
		k, err := loadKey(tx, id)
		if err != nil {
			return err
		}
		return f(tx, u, k)
	})
}

func noSuchKey(id string) *awserr.Error {
	return iamapi.NoSuchEntityException(fmt.Sprintf("The Access Key with id %s cannot be found.", id))
}

// permittedUser is permitted for operations in which the caller's own user is
// meant when no name is given.
func (s *Service) permittedUser(ctx context.Context, call *api.Call, action string, name *string) (*entity, error) {
	if name != nil {
		return s.permitted(ctx, call, action, kindUser, *name)
	}
	if call.Principal.Type != api.PrincipalUser {
		return nil, awserr.Validation("Must specify userName when calling with non-User credentials")
	}
	u, err := view(ctx, s, func(r kv.Reader) (*entity, error) { return load(r, call.Account, call.Principal.ID) })
	if err != nil {
		return nil, fmt.Errorf("load the caller %s: %w", call.Principal.ID, err)
	}
	return s.permitted(ctx, call, action, kindUser, u.Name)
}
