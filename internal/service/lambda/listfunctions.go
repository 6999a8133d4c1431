package lambda

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/storage/kv"
)

// ListFunctions lists the functions of account and region by name; with
// FunctionVersion=ALL, every version of them.
func (s *Service) ListFunctions(ctx context.Context, call *api.Call, in *lambdaapi.ListFunctionsRequest) (*lambdaapi.ListFunctionsResponse, error) {
	if err := s.authz.Authorize(ctx, call, "lambda:ListFunctions", "*"); err != nil {
		return nil, err
	}
	if in.MasterRegion != nil { // of replicas for Lambda@Edge, of which there are none here
		return &lambdaapi.ListFunctionsResponse{Functions: []lambdaapi.FunctionConfiguration{}}, nil
	}
	all := in.FunctionVersion == "ALL"
	p := newPage(in.Marker, in.MaxItems)
	name, number := cutMarker(p.after)
	out := &lambdaapi.ListFunctionsResponse{Functions: []lambdaapi.FunctionConfiguration{}}
	show := func(f *function) error {
		switch {
		case f.Name == name && f.Number < number:
			return nil // was on the page before
		case len(out.Functions) == p.limit:
			p.next = f.Name + ":" + strconv.FormatInt(f.Number, 10)
			return errPageFull
		case all:
			out.Functions = append(out.Functions, f.entry(f.versionARN()))
		default:
			out.Functions = append(out.Functions, f.entry(f.arn()))
		}
		return nil
	}
	err := s.store.View(ctx, func(r kv.Reader) error {
		functions := p.from(allOf("function", call.Account, call.Region), functionKey(call.Account, call.Region, name))
		return eachFunction(r, functions, func(f *function) error {
			if err := show(f); err != nil || !all {
				return err
			}
			return eachFunction(r, allOf("version", f.Account, f.Region, f.Name), show)
		})
	})
	if err != nil && !errors.Is(err, errPageFull) {
		return nil, err
	}
	out.NextMarker = p.marker()
	return out, nil
}

// errPageFull ends the reading of a list.
var errPageFull = errors.New("the page is full")

// eachFunction calls do with the functions or versions in a range, until it
// returns an error.
func eachFunction(r kv.Reader, in kv.Range, do func(*function) error) error {
	for p, err := range r.Scan(in) {
		if err != nil {
			return err
		}
		f := &function{}
		if err := decodeRecord(p.Value, f); err != nil {
			return err
		}
		if err := do(f); err != nil {
			return err
		}
	}
	return nil
}

// cutMarker takes the marker "name:number" apart. Any other text is a name.
func cutMarker(marker string) (name string, number int64) {
	name, digits, _ := strings.Cut(marker, ":")
	number, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return name, 0
	}
	return name, number
}
