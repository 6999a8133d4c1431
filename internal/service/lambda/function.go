package lambda

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/storage/keys"
	"cloudless/internal/storage/kv"
)

// The layout:
//
//	"lambda" "function" account region name → function
//	"lambda" "event" account region id      → event of type Event, until it has ended
const root = "lambda"

func functionKey(account, region, name string) []byte {
	return keys.Encode(root, "function", account, region, name)
}

// latest is the only version there is, until versions can be published.
const latest = "$LATEST"

// States of a function and of its last update.
const (
	statePending = "Pending"
	stateActive  = "Active"
	stateFailed  = "Failed"

	updateInProgress = "InProgress"
	updateSuccessful = "Successful"
	updateFailed     = "Failed"
)

// function is a function as the store keeps it.
type function struct {
	FormatVersion int    `json:"v"`
	Account       string `json:"account"`
	Region        string `json:"region"`
	Name          string `json:"name"`
	RevisionID    string `json:"revision"`
	LastModified  string `json:"modified"`

	Settings settings          `json:"settings"`
	Code     code              `json:"code"`
	Tags     map[string]string `json:"tags,omitempty"`
	Policy   policy            `json:"policy"`

	State            string `json:"state"`
	StateReason      string `json:"stateReason,omitempty"`
	StateReasonCode  string `json:"stateReasonCode,omitempty"`
	UpdateStatus     string `json:"updateStatus,omitempty"`
	UpdateReason     string `json:"updateReason,omitempty"`
	UpdateReasonCode string `json:"updateReasonCode,omitempty"`
}

func (f *function) key() []byte { return functionKey(f.Account, f.Region, f.Name) }

func (f *function) arn() string { return functionARN(f.Account, f.Region, f.Name) }

func functionARN(account, region, name string) string {
	return "arn:aws:lambda:" + region + ":" + account + ":function:" + name
}

// notFound is the refusal that names the function in full.
func notFound(arn string) error {
	return lambdaapi.ResourceNotFoundException("Function not found: " + arn)
}

// read returns the function that is named.
func (s *Service) read(ctx context.Context, n name) (*function, error) {
	var f *function
	err := s.store.View(ctx, func(r kv.Reader) error {
		var err error
		f, err = readFunction(r, n)
		return err
	})
	return f, err
}

func readFunction(r kv.Reader, n name) (*function, error) {
	value, err := r.Get(functionKey(n.account, n.region, n.function))
	if errors.Is(err, kv.ErrNotFound) || err == nil && n.qualifier != "" && n.qualifier != latest {
		return nil, notFound(n.qualifiedARN())
	}
	if err != nil {
		return nil, err
	}
	return decodeFunction(value)
}

func decodeFunction(value []byte) (*function, error) {
	f := &function{}
	if err := json.Unmarshal(value, f); err != nil {
		return nil, fmt.Errorf("lambda function: %w", err)
	}
	return f, nil
}

func writeFunction(tx kv.Tx, f *function) error {
	value, err := json.Marshal(f)
	if err != nil {
		return err
	}
	tx.Set(f.key(), value)
	return nil
}

// change reads a function, lets alter change it, and writes it back. It
// returns the function as it is then.
func (s *Service) change(ctx context.Context, n name, alter func(*function) error) (*function, error) {
	var f *function
	claims := kv.Claims{Write: [][]byte{functionKey(n.account, n.region, n.function)}}
	err := s.store.Update(ctx, claims, func(tx kv.Tx) error {
		var err error
		if f, err = readFunction(tx, n); err != nil {
			return err
		}
		if err := alter(f); err != nil {
			return err
		}
		return writeFunction(tx, f)
	})
	return f, err
}

// touch gives the function a revision of its own and notes when.
func (s *Service) touch(f *function, revision string) {
	f.RevisionID = revision
	f.LastModified = timestamp(s.clock.Now())
}

// checkRevision refuses a change that was meant for another revision.
func checkRevision(f *function, given *string) error {
	if given != nil && *given != f.RevisionID {
		return lambdaapi.PreconditionFailedException("The Revision Id provided does not match the latest Revision Id. " +
			"Call the GetFunction/GetAlias API to retrieve the latest Revision Id")
	}
	return nil
}

// checkSettled refuses a change while an earlier one is not done.
func checkSettled(f *function) error {
	if f.State == statePending || f.UpdateStatus == updateInProgress {
		return lambdaapi.ResourceConflictException("The operation cannot be performed at this time. An update is in progress for resource: " + f.arn())
	}
	return nil
}

// configuration returns the function as the API shows it.
func (f *function) configuration() *lambdaapi.FunctionConfiguration {
	out := f.Settings.describe(f)
	out.FunctionName = new(f.Name)
	out.FunctionArn = new(f.arn())
	out.Version = new(latest)
	out.RevisionId = new(f.RevisionID)
	out.LastModified = new(f.LastModified)
	out.CodeSha256 = new(f.Code.SHA256)
	out.CodeSize = new(f.Code.Size)
	out.PackageType = "Zip"
	out.State = f.State
	out.StateReasonCode = f.StateReasonCode
	if f.StateReason != "" {
		out.StateReason = new(f.StateReason)
	}
	out.LastUpdateStatus = f.UpdateStatus
	out.LastUpdateStatusReasonCode = f.UpdateReasonCode
	if f.UpdateReason != "" {
		out.LastUpdateStatusReason = new(f.UpdateReason)
	}
	return out
}

// authorize asks whether the caller may act on the function.
func (s *Service) authorize(ctx context.Context, call *api.Call, action string, n name, facts ...api.Fact) error {
	return s.authz.Authorize(ctx, call, "lambda:"+action, n.arn(), facts...)
}
