package iam

import (
	"context"
	"fmt"

	iamapi "cloudless/internal/api/iam"
	"cloudless/internal/storage/kv"
)

// inProfile is said of roles in profiles, and of profiles with roles.
const inProfile = "Cannot delete entity, must remove roles from instance profile first."

// changeProfile calls f with the present state of a profile and a role that
// were found before, and stores what f made of both.
func (s *Service) changeProfile(ctx context.Context, profile, r *entity, f func(profile, r *entity) error) error {
	claims := kv.Claims{Write: [][]byte{entityKey(r.Account, r.ID)}}
	return s.change(ctx, profile, claims, func(tx kv.Tx, profile *entity) error {
		r, err := reload(tx, r)
		if err != nil {
			return err
		}
		if err := f(profile, r); err != nil {
			return err
		}
		return save(tx, r)
	})
}

// profileShapes are profiles as lists show them.
func (s *Service) profileShapes(ctx context.Context, profiles []*entity) ([]iamapi.InstanceProfile, error) {
	return view(ctx, s, func(r kv.Reader) ([]iamapi.InstanceProfile, error) {
		shapes := []iamapi.InstanceProfile{}
		for _, e := range profiles {
			shape, err := profileShape(r, e)
			if err != nil {
				return nil, err
			}
			shapes = append(shapes, shape)
		}
		return shapes, nil
	})
}

// profileShape is a profile as the API shows it, with the role in it.
func profileShape(r kv.Reader, e *entity) (iamapi.InstanceProfile, error) {
	shape := iamapi.InstanceProfile{
		Arn: e.arn(), CreateDate: e.Created, InstanceProfileId: e.ID, InstanceProfileName: e.Name, Path: e.Path,
		Roles: []iamapi.Role{}, Tags: e.Tags,
	}
	if e.Role == "" {
		return shape, nil
	}
	roles, err := loadThere(r, e.Account, []string{e.Role})
	if err != nil {
		return shape, fmt.Errorf("load the role of %s: %w", e.ID, err)
	}
	for _, e := range roles {
		shape.Roles = append(shape.Roles, roleShape(e))
	}
	return shape, nil
}
