package iam

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"cloudless/internal/api"
	"cloudless/internal/storage/kv"
)

// Policies are the documents that bind a principal. They are shared and never
// changed.
type Policies struct {
	Identity []string // embedded and attached, those of a user's groups too
	Boundary *string  // the permissions boundary, or nil

	// Version is another number whenever the documents are others, so that
	// what was made of them can be kept. 0 stands for no documents at all.
	Version uint64
}

// PoliciesOf returns the documents that bind a user or the session of a role:
// those that count now. A principal that is no entity of ours, or no longer
// one, has none.
//
// What was read once is kept with the records that it was read from. A role
// with AWS's policies costs one read of the store; a user, one more for each
// group and customer managed policy.
func (s *Service) PoliciesOf(ctx context.Context, p api.Principal) (*Policies, error) {
	id := p.ID
	switch p.Type {
	case api.PrincipalUser:
	case api.PrincipalAssumedRole:
		id, _, _ = strings.Cut(p.ID, ":")
	default:
		return &Policies{}, nil
	}
	return view(ctx, s, func(r kv.Reader) (*Policies, error) {
		found, err := s.policies.read(r, principalID{p.Account, id}, func(notes kv.Reader) (*Policies, error) {
			return s.gather(notes, r, p.Account, id)
		})
		if errors.Is(err, kv.ErrNotFound) {
			return &Policies{}, nil
		}
		return found, err
	})
}

// principalID is a user or a role.
type principalID struct{ account, id string }

// gather reads the policies of an entity: by notes, whatever they depend on,
// and by r what follows from that. It returns kv.ErrNotFound if there is no such
// entity.
func (s *Service) gather(notes, r kv.Reader, account, id string) (*Policies, error) {
	e, err := load(notes, account, id)
	if err != nil {
		return nil, err
	}
	out := new(Policies)
	bearers := []*entity{e}
	for _, groupID := range e.Groups {
		g, err := load(notes, account, groupID)
		if err != nil {
			return nil, fmt.Errorf("load group %s of %s: %w", groupID, id, unexpected(err))
		}
		bearers = append(bearers, g)
	}
	for _, b := range bearers {
		documents, err := s.documentsOf(notes, r, b)
		if err != nil {
			return nil, err
		}
		out.Identity = append(out.Identity, documents...)
	}
	if e.Boundary != "" {
		document, err := s.managedDocument(notes, r, account, e.Boundary)
		if err != nil {
			return nil, err
		}
		out.Boundary = &document
	}
	out.Version = s.versions.Add(1)
	return out, nil
}

// documentsOf returns the documents embedded in an entity and attached to it.
func (s *Service) documentsOf(notes, r kv.Reader, e *entity) (documents []string, err error) {
	for _, p := range e.Inline {
		b, err := r.Get(inlineKey(e.Account, e.ID, p.Name)) // the entity has its digest
		if err != nil {
			return nil, fmt.Errorf("read policy %s of %s: %w", p.Name, e.ID, unexpected(err))
		}
		documents = append(documents, string(b))
	}
	for _, arn := range e.Attached {
		document, err := s.managedDocument(notes, r, e.Account, arn)
		if err != nil {
			return nil, err
		}
		documents = append(documents, document)
	}
	return documents, nil
}

func (s *Service) managedDocument(notes, r kv.Reader, account, arn string) (string, error) {
	n, err := parsePolicyName(arn)
	if err != nil {
		return "", err
	}
	document, err := s.documentOf(notes, r, account, n)
	if err != nil {
		return "", fmt.Errorf("read policy %s: %w", arn, unexpected(err))
	}
	return document, nil
}

// unexpected hides kv.ErrNotFound of what has to be there, so that a damaged
// store is not taken for a principal without policies: a policy that is lost
// may have been one that denies.
func unexpected(err error) error {
	if errors.Is(err, kv.ErrNotFound) {
		return errors.New("missing in the store")
	}
	return err
}
