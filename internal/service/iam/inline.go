package iam

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"

	iamapi "cloudless/internal/api/iam"
	"cloudless/internal/awserr"
	"cloudless/internal/storage/kv"
)

// putInline embeds a policy in an entity, in place of one of the same name.
func (s *Service) putInline(ctx context.Context, e *entity, name, document string) error {
	if err := s.check(document, InlineDocument); err != nil {
		return err
	}
	digest := sha256.Sum256([]byte(document))
	return s.change(ctx, e, kv.Claims{}, func(tx kv.Tx, e *entity) error {
		if err := e.unprotected(); err != nil {
			return err
		}
		at, found := e.inline(name)
		if !found {
			e.Inline = slices.Insert(e.Inline, at, inline{Name: name})
		}
		e.Inline[at].Size, e.Inline[at].Digest = size(document), digest[:]
		total := 0
		for _, p := range e.Inline {
			total += p.Size
		}
		if limit := maxInlineSize(e.Kind); total > limit {
			return iamapi.LimitExceededException(fmt.Sprintf("Maximum policy size of %d bytes exceeded for %s %s", limit, e.Kind, e.Name))
		}
		tx.Set(inlineKey(e.Account, e.ID, name), []byte(document))
		return nil
	})
}

// inlineDocument returns the document of a policy embedded in an entity.
func (s *Service) inlineDocument(ctx context.Context, e *entity, name string) (string, error) {
	b, err := view(ctx, s, func(r kv.Reader) ([]byte, error) { return r.Get(inlineKey(e.Account, e.ID, name)) })
	if errors.Is(err, kv.ErrNotFound) {
		return "", noSuchInline(e, name)
	}
	return string(b), err
}

// deleteInline removes a policy embedded in an entity.
func (s *Service) deleteInline(ctx context.Context, e *entity, name string) error {
	return s.change(ctx, e, kv.Claims{}, func(tx kv.Tx, e *entity) error {
		if err := e.unprotected(); err != nil {
			return err
		}
		at, found := e.inline(name)
		if !found {
			return noSuchInline(e, name)
		}
		e.Inline = slices.Delete(e.Inline, at, at+1)
		tx.Delete(inlineKey(e.Account, e.ID, name))
		return nil
	})
}

// inlineNames returns one page of the names of an entity's embedded policies.
func inlineNames(e *entity, marker *string, maxItems *int64) (names []string, next *string, err error) {
	p, err := newPage(marker, maxItems)
	if err != nil {
		return nil, nil, err
	}
	onPage, next := cut(p, e.Inline, func(i inline) string { return i.Name })
	names = []string{}
	for _, i := range onPage {
		names = append(names, i.Name)
	}
	return names, next, nil
}

// inline returns the place of an embedded policy, and whether it is there.
func (e *entity) inline(name string) (int, bool) {
	return slices.BinarySearchFunc(e.Inline, name, func(i inline, name string) int { return strings.Compare(i.Name, name) })
}

func noSuchInline(e *entity, name string) *awserr.Error {
	return iamapi.NoSuchEntityException(fmt.Sprintf("The %s policy with name %s cannot be found.", e.Kind, name))
}
