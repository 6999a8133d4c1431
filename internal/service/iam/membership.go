package iam

import (
	"context"
	"fmt"
	"slices"

	iamapi "cloudless/internal/api/iam"
	"cloudless/internal/storage/keys"
	"cloudless/internal/storage/kv"
)

// join puts a user into a group. The user's record has the group, which is what
// decisions read; the member key finds the users of a group.
func (s *Service) join(ctx context.Context, u, g *entity) error {
	claims := kv.Claims{Read: [][]byte{entityKey(g.Account, g.ID)}}
	return s.change(ctx, u, claims, func(tx kv.Tx, u *entity) error {
		if _, err := reload(tx, g); err != nil {
			return err
		}
		if slices.Contains(u.Groups, g.ID) {
			return nil
		}
		if len(u.Groups) >= maxGroupsPerUser {
			return exceeds("GroupsPerUser", maxGroupsPerUser)
		}
		u.Groups = append(u.Groups, g.ID)
		tx.Set(memberKey(u.Account, g.ID, u.ID), nil)
		return nil
	})
}

// leave takes a user out of a group.
func (s *Service) leave(ctx context.Context, u, g *entity) error {
	return s.change(ctx, u, kv.Claims{}, func(tx kv.Tx, u *entity) error {
		at := slices.Index(u.Groups, g.ID)
		if at < 0 {
			return iamapi.NoSuchEntityException(fmt.Sprintf("User %s is not in group %s.", u.Name, g.Name))
		}
		u.Groups = slices.Delete(u.Groups, at, at+1)
		tx.Delete(memberKey(u.Account, g.ID, u.ID))
		return nil
	})
}

// members returns one page of the users of a group, in the order of their ids.
func members(r kv.Reader, g *entity, p page) (users []iamapi.User, next *string, err error) {
	users = []iamapi.User{}
	prefix := memberPrefix(g.Account, g.ID)
	c := newCutter(p)
	for pair, err := range r.Scan(p.within(prefix)) {
		if err != nil {
			return nil, nil, err
		}
		id, err := lastString(pair.Key, prefix)
		if err != nil {
			return nil, nil, err
		}
		if !c.admits(id) {
			break
		}
		u, err := load(r, g.Account, id)
		if err != nil {
			return nil, nil, fmt.Errorf("load user %s of group %s: %w", id, g.ID, err)
		}
		users = append(users, userShape(u))
	}
	return users, c.marker(), nil
}

// lastString returns the one string that follows prefix in a key.
func lastString(key, prefix []byte) (string, error) {
	elems, err := keys.Decode(key[len(prefix):])
	if err != nil {
		return "", err
	}
	s, ok := elems[0].(string)
	if !ok || len(elems) != 1 {
		return "", fmt.Errorf("key %x has no string behind its prefix", key)
	}
	return s, nil
}
