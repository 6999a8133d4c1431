package iam

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"cloudless/internal/api"
	iamapi "cloudless/internal/api/iam"
	"cloudless/internal/awserr"
	"cloudless/internal/storage/kv"
)

// kind is what an entity is, in the word of its ARN.
type kind string

const (
	kindRole  kind = "role"
	kindUser  kind = "user"
	kindGroup kind = "group"
	// kindProfile is a vessel in which a virtual machine is given a role.
	kindProfile kind = "instance-profile"
)

// arn returns the ARN of an entity of this kind.
func (k kind) arn(account, path, name string) string {
	return "arn:aws:iam::" + account + ":" + string(k) + path + name
}

// title returns the kind as it begins a message.
func (k kind) title() string { return strings.ToUpper(string(k[:1])) + string(k[1:]) }

// entity is a role, a user, a group or an instance profile, as it lies in the
// store.
//
// It says all that its policies depend on, if only by a digest: two entities
// whose records are the same bytes have the same policies.
type entity struct {
	Form    int    // of this record: 1
	Account string // 12 digits
	Kind    kind
	ID      string // such as "AROA…"
	Name    string
	Path    string // begins and ends with a slash
	Created time.Time

	Attached []string     `json:",omitempty"` // ARNs of managed policies, sorted
	Inline   []inline     `json:",omitempty"` // sorted by name
	Tags     []iamapi.Tag `json:",omitempty"` // sorted by key
	Boundary string       `json:",omitempty"` // the ARN of the permissions boundary

	// Of a role.
	Trust             string   `json:",omitempty"` // who may assume it: the document as it was given
	Description       string   `json:",omitempty"`
	MaxSessionSeconds int64    `json:",omitempty"`
	LinkedService     string   `json:",omitempty"` // the service whose service-linked role it is
	Profiles          []string `json:",omitempty"` // ids of the instance profiles it is in

	// Of a user.
	Groups     []string `json:",omitempty"` // ids of the groups it is in
	AccessKeys []string `json:",omitempty"` // ids of its keys, the oldest first

	// Of an instance profile.
	Role string `json:",omitempty"` // the id of the role in it
}

// inline says what an entity knows of a policy embedded in it.
type inline struct {
	Name   string
	Size   int    // characters that count towards the quota
	Digest []byte // of the document
}

const entityForm = 1

func (e *entity) arn() string { return e.Kind.arn(e.Account, e.Path, e.Name) }

// facts are what policies may ask of the entity itself.
func (e *entity) facts() []api.Fact {
	var facts []api.Fact
	for _, t := range e.Tags {
		facts = append(facts, api.Given("aws:ResourceTag/"+t.Key, t.Value), api.Given("iam:ResourceTag/"+t.Key, t.Value))
	}
	return facts
}

// unprotected refuses changes to a role that a service made for itself.
func (e *entity) unprotected() error {
	if e.LinkedService == "" {
		return nil
	}
	return iamapi.UnmodifiableEntityException(fmt.Sprintf(
		"Cannot perform the operation on the protected role '%s' - this role is only modifiable by AWS", e.Name))
}

// create stores a new entity, unless one has its name.
func (s *Service) create(ctx context.Context, e *entity, claims kv.Claims, f func(tx kv.Tx) error) error {
	name := nameKey(e.Account, e.Kind, e.Name)
	claims.Write = append(claims.Write, name)
	return s.store.Update(ctx, claims, func(tx kv.Tx) error {
		switch _, err := tx.Get(name); {
		case err == nil:
			return alreadyExists(e.Kind, e.Name)
		case !errors.Is(err, kv.ErrNotFound):
			return err
		}
		if err := f(tx); err != nil {
			return err
		}
		tx.Set(name, []byte(e.ID))
		return save(tx, e)
	})
}

// change calls f with the present state of an entity that was found before,
// and stores what f made of it. The record is among the claims.
func (s *Service) change(ctx context.Context, found *entity, claims kv.Claims, f func(tx kv.Tx, e *entity) error) error {
	claims.Write = append(claims.Write, entityKey(found.Account, found.ID))
	return s.store.Update(ctx, claims, func(tx kv.Tx) error {
		e, err := reload(tx, found)
		if err != nil {
			return err
		}
		if err := f(tx, e); err != nil {
			return err
		}
		return save(tx, e)
	})
}

// reload reads an entity again that was found before. One that has been
// renamed since is no longer what the caller asked for.
func reload(r kv.Reader, found *entity) (*entity, error) {
	e, err := load(r, found.Account, found.ID)
	if errors.Is(err, kv.ErrNotFound) || err == nil && e.Name != found.Name {
		return nil, noSuch(found.Kind, found.Name)
	}
	return e, err
}

// find returns the entity of that name, or AWS's NoSuchEntity.
func find(r kv.Reader, account string, k kind, name string) (*entity, error) {
	id, err := r.Get(nameKey(account, k, name))
	if errors.Is(err, kv.ErrNotFound) {
		return nil, noSuch(k, name)
	}
	if err != nil {
		return nil, err
	}
	return load(r, account, string(id))
}

// load returns the entity of that id, or kv.ErrNotFound.
func load(r kv.Reader, account, id string) (*entity, error) {
	b, err := r.Get(entityKey(account, id))
	if err != nil {
		return nil, err
	}
	return decode[entity](b)
}

func save(tx kv.Tx, e *entity) error {
	return put(tx, entityKey(e.Account, e.ID), e)
}

// destroy deletes an entity if f, which is called with its present state, has
// nothing against it. A permissions boundary goes with it, as on AWS.
func (s *Service) destroy(ctx context.Context, found *entity, f func(tx kv.Tx, e *entity) error) error {
	record, name := entityKey(found.Account, found.ID), nameKey(found.Account, found.Kind, found.Name)
	return s.store.Update(ctx, kv.Claims{Write: [][]byte{record, name}}, func(tx kv.Tx) error {
		e, err := reload(tx, found)
		if err != nil {
			return err
		}
		if err := f(tx, e); err != nil {
			return err
		}
		unbound(tx, e)
		tx.Delete(record)
		tx.Delete(name)
		return nil
	})
}

// bare returns DeleteConflict for an entity that still has policies.
func (e *entity) bare() error {
	switch {
	case len(e.Attached) > 0:
		return iamapi.DeleteConflictException("Cannot delete entity, must detach all policies first.")
	case len(e.Inline) > 0:
		return iamapi.DeleteConflictException("Cannot delete entity, must delete policies first.")
	}
	return nil
}

// rename gives an entity another name and path, where they are not nil.
func (s *Service) rename(ctx context.Context, found *entity, name, path *string) error {
	renamed := *found
	renamed.rename(name, path)
	from, to := nameKey(found.Account, found.Kind, found.Name), nameKey(found.Account, found.Kind, renamed.Name)
	claims := kv.Claims{Write: [][]byte{from}}
	if !bytes.Equal(from, to) {
		claims.Write = append(claims.Write, to)
	}
	return s.change(ctx, found, claims, func(tx kv.Tx, e *entity) error {
		e.rename(name, path)
		if bytes.Equal(from, to) {
			return nil
		}
		switch _, err := tx.Get(to); {
		case err == nil:
			return alreadyExists(e.Kind, e.Name)
		case !errors.Is(err, kv.ErrNotFound):
			return err
		}
		tx.Delete(from)
		tx.Set(to, []byte(e.ID))
		return nil
	})
}

func (e *entity) rename(name, path *string) {
	if name != nil {
		e.Name = *name
	}
	if path != nil {
		e.Path = *path
	}
}

func noSuch(k kind, name string) *awserr.Error {
	if k == kindProfile {
		return iamapi.NoSuchEntityException(fmt.Sprintf("Instance Profile %s cannot be found.", name))
	}
	return iamapi.NoSuchEntityException(fmt.Sprintf("The %s with name %s cannot be found.", k, name))
}

func isNoSuchEntity(err error) bool { return awserr.Code(err) == "NoSuchEntity" }

func alreadyExists(k kind, name string) *awserr.Error {
	if k == kindProfile {
		return iamapi.EntityAlreadyExistsException(fmt.Sprintf("Instance Profile %s already exists.", name))
	}
	return iamapi.EntityAlreadyExistsException(fmt.Sprintf("%s with name %s already exists.", k.title(), name))
}
