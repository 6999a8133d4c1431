package apigateway

import (
	"context"
	"slices"
	"strings"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/storage/kv"
)

// keyRecord is an API key. Its value is filed under keyValues as well, since
// that is what callers send.
type keyRecord struct {
	Form  int
	Key   agw.ApiKey
	Plans []string `json:",omitempty"` // the usage plans that have it, by their ids
}

// What the parts of a key may be long.
const (
	maxKeyName        = 1024
	minKeyValue       = 20
	maxKeyValue       = 128
	maxKeyDescription = 125_000
	drawnKeyValue     = 40
)

func noSuchKey() error {
	return agw.NotFoundException("Invalid API Key identifier specified")
}

// findKey reads an API key of the caller.
func findKey(r kv.Reader, call *api.Call, id string) (*keyRecord, error) {
	k, err := load[keyRecord](r, apiKeys.key(call, id))
	if err != nil {
		return nil, orElse(err, noSuchKey())
	}
	return k, nil
}

// changeKey changes an API key; its value stays.
func (s *Service) changeKey(ctx context.Context, call *api.Call, id string, change func(tx kv.Tx, k *keyRecord) error) error {
	key := apiKeys.key(call, id)
	return s.store.Update(ctx, kv.Claims{Write: [][]byte{key}}, func(tx kv.Tx) error {
		k, err := findKey(tx, call, id)
		if err != nil {
			return err
		}
		if err := change(tx, k); err != nil {
			return err
		}
		return save(tx, key, k)
	})
}

// shape is the key as AWS shows it, with its value only if that was asked for.
func (k *keyRecord) shape(withValue bool) agw.ApiKey {
	out := k.Key
	out.StageKeys = emptyNotNil(out.StageKeys)
	if !withValue {
		out.Value = nil
	}
	return out
}

// addStageKey lets a key open a stage, "{api}/{stage}", without a usage plan: the
// way of before there were plans.
func addStageKey(r kv.Reader, call *api.Call, k *agw.ApiKey, name string) error {
	apiID, stage, _ := strings.Cut(name, "/")
	if _, err := findStage(r, call, apiID, stage); err != nil {
		return err
	}
	if !slices.Contains(k.StageKeys, name) {
		k.StageKeys = append(k.StageKeys, name)
	}
	return nil
}

// forgetStageKeys takes a stage that was deleted from the keys that open it by
// themselves; with stage "" all of an API.
func (s *Service) forgetStageKeys(ctx context.Context, call *api.Call, apiID, stage string) error {
	gone := func(name string) bool {
		return name == apiID+"/"+stage || stage == "" && strings.HasPrefix(name, apiID+"/")
	}
	all, err := view(ctx, s, func(r kv.Reader) ([]*keyRecord, error) { return loadAll[keyRecord](r, apiKeys.key(call)) })
	if err != nil {
		return err
	}
	for _, k := range all {
		if !slices.ContainsFunc(k.Key.StageKeys, gone) {
			continue
		}
		err := s.changeKey(ctx, call, *k.Key.Id, func(_ kv.Tx, k *keyRecord) error {
			k.Key.StageKeys = slices.DeleteFunc(k.Key.StageKeys, gone)
			return nil
		})
		if orElse(hideNotFound(err), nil) != nil { // a key that is gone by now opens nothing
			return err
		}
	}
	return nil
}

// newKey makes a key of what was asked for.
func (s *Service) newKey(name, description, value, customerID *string, enabled bool) (*keyRecord, error) {
	now := s.now()
	k := &keyRecord{Form: form, Key: agw.ApiKey{
		CreatedDate: &now, CustomerId: customerID, Description: description, Enabled: &enabled,
		Id: new(newID(s.clock, apiKeyIDLength)), LastUpdatedDate: &now, Name: name, Value: value,
	}}
	if deref(name) == "" {
		k.Key.Name = nil
	}
	if deref(value) == "" {
		k.Key.Value = new(newKeyValue(s.clock))
	}
	return k, checkKey(&k.Key)
}

// checkKey refuses a key that AWS refuses.
func checkKey(k *agw.ApiKey) error {
	switch {
	case len(deref(k.Name)) > maxKeyName:
		return agw.BadRequestException("Invalid API Key name, can be at most 1024 characters.")
	case len(*k.Value) > maxKeyValue:
		return agw.BadRequestException("API Key value exceeds maximum size of 128 characters")
	case len(*k.Value) < minKeyValue:
		return agw.BadRequestException("API Key value should be at least 20 characters")
	case len(deref(k.Description)) > maxKeyDescription:
		return agw.BadRequestException("Invalid API Key description specified.")
	}
	return nil
}

// keyClaims are what a new key has to hold still.
func keyClaims(call *api.Call, k *keyRecord) kv.Claims {
	return kv.Claims{Write: [][]byte{apiKeys.key(call, *k.Key.Id), keyValues.key(call, *k.Key.Value)}}
}

// addKey files a new key, within a transaction that has its claims.
func addKey(tx kv.Tx, call *api.Call, k *keyRecord) error {
	value := keyValues.key(call, *k.Key.Value)
	if taken, err := exists(tx, value); err != nil || taken {
		return orConflict(err, "API Key already exists")
	}
	tx.Set(value, []byte(*k.Key.Id))
	return save(tx, apiKeys.key(call, *k.Key.Id), k)
}

// dropPlan takes a plan from a key.
func (k *keyRecord) dropPlan(plan string) {
	k.Plans = slices.DeleteFunc(k.Plans, func(id string) bool { return id == plan })
}
