package apigateway

import (
	"context"

	"cloudless/internal/api"
	"cloudless/internal/storage/keys"
	"cloudless/internal/storage/kv"
)

// kind is a kind of things that an account has in a region beside its APIs.
//
//	("apigateway", "kept", account, region, kind, id)  the thing
type kind[T any] struct {
	name   string // as in the paths of policies, such as "vpclinks"
	refuse func() error
	tags   func(*T) *map[string]string
}

func (k kind[T]) key(call *api.Call, id string) []byte {
	return keys.Encode("apigateway", "kept", call.Account, call.Region, k.name, id)
}

func (k kind[T]) prefix(call *api.Call) []byte {
	return keys.Encode("apigateway", "kept", call.Account, call.Region, k.name)
}

// find reads one of the things.
func (k kind[T]) find(r kv.Reader, call *api.Call, id string) (*T, error) {
	t, err := load[T](r, k.key(call, id))
	if err != nil {
		return nil, orElse(err, k.refuse())
	}
	return t, nil
}

// get reads one of the things for an operation.
func (k kind[T]) get(ctx context.Context, s *Service, call *api.Call, id string) (*T, error) {
	if err := s.authorize(ctx, call, "GET", k.name, id); err != nil {
		return nil, err
	}
	return view(ctx, s, func(r kv.Reader) (*T, error) { return k.find(r, call, id) })
}

// list reads all of them, by their ids.
func (k kind[T]) list(ctx context.Context, s *Service, call *api.Call) ([]*T, error) {
	if err := s.authorize(ctx, call, "GET", k.name); err != nil {
		return nil, err
	}
	return view(ctx, s, func(r kv.Reader) ([]*T, error) { return loadAll[T](r, k.prefix(call)) })
}

// put writes a new thing.
func (k kind[T]) put(ctx context.Context, s *Service, call *api.Call, id string, t *T) error {
	key := k.key(call, id)
	return s.store.Update(ctx, kv.Claims{Write: [][]byte{key}}, func(tx kv.Tx) error { return save(tx, key, t) })
}

// change changes one of the things.
func (k kind[T]) change(ctx context.Context, s *Service, call *api.Call, id string, change func(*T) error) (*T, error) {
	var out *T
	key := k.key(call, id)
	err := s.store.Update(ctx, kv.Claims{Write: [][]byte{key}}, func(tx kv.Tx) error {
		t, err := k.find(tx, call, id)
		if err != nil {
			return err
		}
		if err := change(t); err != nil {
			return err
		}
		out = t
		return save(tx, key, t)
	})
	return out, err
}

// remove deletes one of the things.
func (k kind[T]) remove(ctx context.Context, s *Service, call *api.Call, id string) error {
	if err := s.authorize(ctx, call, "DELETE", k.name, id); err != nil {
		return err
	}
	key := k.key(call, id)
	return s.store.Update(ctx, kv.Claims{Write: [][]byte{key}}, func(tx kv.Tx) error {
		if _, err := k.find(tx, call, id); err != nil {
			return err
		}
		tx.Delete(key)
		return nil
	})
}

// changeTags changes the tags of one of the things.
func (k kind[T]) changeTags(ctx context.Context, s *Service, call *api.Call, id string, change func(map[string]string) error) error {
	_, err := k.change(ctx, s, call, id, func(t *T) error {
		tags := k.tags(t)
		if *tags == nil {
			*tags = map[string]string{}
		}
		return change(*tags)
	})
	return err
}

// tagsOf reads the tags of one of the things.
func (k kind[T]) tagsOf(r kv.Reader, call *api.Call, id string) (map[string]string, error) {
	t, err := k.find(r, call, id)
	if err != nil {
		return nil, err
	}
	return *k.tags(t), nil
}

// tagKeeper is a kind for those who know nothing of it but its tags.
type tagKeeper interface {
	tagsOf(r kv.Reader, call *api.Call, id string) (map[string]string, error)
	changeTags(ctx context.Context, s *Service, call *api.Call, id string, change func(map[string]string) error) error
}

// tagKeepers are the kinds whose things have tags, by their names.
var tagKeepers = map[string]tagKeeper{
	accessAssociations.name: accessAssociations,
	clientCertificates.name: clientCertificates,
	domainNames.name:        domainNames,
	vpcLinks.name:           vpcLinks,
}
