package lambda

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/awserr"
	"cloudless/internal/storage/kv"
)

// DeleteFunction removes a function with its versions, aliases, policies and
// environments, or one version of it. Events that wait for it are dropped when
// they are due. Its packages stay until the next start, since another function
// may share them.
func (s *Service) DeleteFunction(ctx context.Context, call *api.Call, in *lambdaapi.DeleteFunctionRequest) (*lambdaapi.DeleteFunctionResponse, error) {
	n, err := parseName(call, in.FunctionName, in.Qualifier)
	if err != nil {
		return nil, err
	}
	if err := s.authorize(ctx, call, "DeleteFunction", n); err != nil {
		return nil, err
	}
	switch {
	case n.qualifier == latest:
		return nil, lambdaapi.InvalidParameterValueException("$LATEST version cannot be deleted without deleting the function.")
	case n.qualifier != "" && !isVersion(n.qualifier):
		return nil, lambdaapi.InvalidParameterValueException("Deletion of aliases is not currently supported.")
	}
	var gone []*function
	claims := kv.Claims{Write: [][]byte{n.key(), accountKey(n.account, n.region)}}
	err = s.store.Update(ctx, claims, func(tx kv.Tx) error {
		f, err := readFunction(tx, n.unqualified())
		if err != nil {
			return err
		}
		if n.qualifier == "" {
			gone, err = deleteFunction(tx, f)
		} else {
			gone, err = deleteVersion(tx, n)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	s.provision(n)
	for _, f := range gone {
		s.sandboxes.Retire(f.environmentID())
	}
	return &lambdaapi.DeleteFunctionResponse{StatusCode: new(int64(204))}, nil
}

// deleteFunction removes all that belongs to a function, and returns its
// versions.
func deleteFunction(tx kv.Tx, f *function) (gone []*function, err error) {
	if err := reserve(tx, f, nil); err != nil {
		return nil, err
	}
	gone = append(gone, f)
	err = eachFunction(tx, allOf("version", f.Account, f.Region, f.Name), func(version *function) error {
		gone = append(gone, version)
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, version := range gone {
		tx.Delete(version.key())
	}
	whole := name{account: f.Account, region: f.Region, function: f.Name}
	for _, kind := range attachedKinds {
		if err := deleteAttached(tx, kind, whole); err != nil {
			return nil, err
		}
	}
	return gone, deleteURLs(tx, whole)
}

// attachedKinds are the kinds of records that go with their function, all of
// them under its name.
var attachedKinds = []string{"alias", "invokeconfig", "provisioned"}

// qualifiedKinds are those that go with a version or an alias.
var qualifiedKinds = []string{"invokeconfig", "provisioned"}

// deleteVersion removes a version that no alias leads to. That there is none
// is no error.
func deleteVersion(tx kv.Tx, n name) (gone []*function, err error) {
	version, err := readFunction(tx, n)
	if awserr.Code(err) == "ResourceNotFoundException" {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var aliases []string
	for pair, err := range tx.Scan(allOf("alias", n.account, n.region, n.function)) {
		if err != nil {
			return nil, err
		}
		a := &alias{}
		if err := decodeRecord(pair.Value, a); err != nil {
			return nil, err
		}
		if a.leadsTo(strconv.FormatInt(version.Number, 10)) {
			aliases = append(aliases, a.Name)
		}
	}
	if len(aliases) > 0 {
		return nil, lambdaapi.ResourceConflictException(fmt.Sprintf(
			"Unable to delete version because the following aliases reference it: [%s]", strings.Join(aliases, ", ")))
	}
	tx.Delete(version.key())
	for _, kind := range qualifiedKinds {
		if err := deleteAttached(tx, kind, n); err != nil {
			return nil, err
		}
	}
	return []*function{version}, nil
}
