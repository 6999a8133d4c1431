package lambda

import (
	"context"
	"strconv"

	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/awserr"
	"cloudless/internal/storage/kv"
)

// latest is the version that can be changed.
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

// function is one version of a function as the store keeps it: $LATEST, or a
// published one, whose code and configuration never change.
type function struct {
	FormatVersion int    `json:"v"`
	Account       string `json:"account"`
	Region        string `json:"region"`
	Name          string `json:"name"`
	Number        int64  `json:"number,omitempty"` // of a published version; 0 is $LATEST
	RevisionID    string `json:"revision"`
	LastModified  string `json:"modified"`

	build
	Policy policy `json:"policy"`

	State            string `json:"state"`
	StateReason      string `json:"stateReason,omitempty"`
	StateReasonCode  string `json:"stateReasonCode,omitempty"`
	UpdateStatus     string `json:"updateStatus,omitempty"`
	UpdateReason     string `json:"updateReason,omitempty"`
	UpdateReasonCode string `json:"updateReasonCode,omitempty"`

	// Task names the creation or update under way, Replaced is what runs until
	// an update has succeeded.
	Task     string `json:"task,omitempty"`
	Replaced *build `json:"replaced,omitempty"`

	// What belongs to the function as a whole is kept with $LATEST.
	ID        string            `json:"id,omitempty"` // another one for each function of the name
	Tags      map[string]string `json:"tags,omitempty"`
	Published published         `json:"published,omitzero"`
	Reserved  *int64            `json:"reserved,omitempty"` // concurrent executions

	SigningConfig string `json:"signingConfig,omitempty"` // its ARN
	RecursiveLoop string `json:"recursiveLoop,omitempty"` // "Allow", "Terminate", or "" for the latter

	// RuntimeUpdate is that of this version; nil is Auto.
	RuntimeUpdate *runtimeUpdate `json:"runtimeUpdate,omitempty"`
}

// build is what a function is made of: what it is to be, and its code.
type build struct {
	Settings settings   `json:"settings"`
	Code     code       `json:"code"`
	Layers   []layerRef `json:"layers,omitempty"`
}

func (f *function) key() []byte {
	if f.Number == 0 {
		return functionKey(f.Account, f.Region, f.Name)
	}
	return versionKey(f.Account, f.Region, f.Name, f.Number)
}

// arn is that of the function as a whole.
func (f *function) arn() string { return functionARN(f.Account, f.Region, f.Name) }

// version is "$LATEST" or the number of the version.
func (f *function) version() string {
	if f.Number == 0 {
		return latest
	}
	return strconv.FormatInt(f.Number, 10)
}

// versionARN names this very version.
func (f *function) versionARN() string { return qualified(f.arn(), f.version()) }

// running is what invocations get: not yet the new build while an update is
// under way, and not at all if it failed.
func (f *function) running() *build {
	if f.Replaced != nil {
		return f.Replaced
	}
	return &f.build
}

// untyped returns a refusal without the member Type, which AWS leaves out of
// some.
func untyped(e *awserr.Error) *awserr.Error {
	switch e.Detail.(type) {
	case *lambdaapi.InvalidParameterValueExceptionDetail:
		return e.With(&lambdaapi.InvalidParameterValueExceptionDetail{})
	case *lambdaapi.ResourceNotFoundExceptionDetail:
		return e.With(&lambdaapi.ResourceNotFoundExceptionDetail{})
	}
	return e
}

// notFound is the refusal that names the function in full.
func notFound(arn string) error {
	return lambdaapi.ResourceNotFoundException("Function not found: " + arn)
}

// read returns the version that is named, by an alias too.
func (s *Service) read(ctx context.Context, n name) (*function, error) {
	var f *function
	err := s.store.View(ctx, func(r kv.Reader) error {
		var err error
		f, err = readFunction(r, n)
		return err
	})
	return f, err
}

// readFunction returns the version that is named: $LATEST if there is no
// qualifier, and the one that an alias leads to first if it is an alias.
func readFunction(r kv.Reader, n name) (*function, error) {
	if n.qualifier == "" || n.qualifier == latest || isVersion(n.qualifier) {
		key, err := n.recordKey()
		if err != nil {
			return nil, notFound(n.qualifiedARN())
		}
		f := &function{}
		return f, readRecord(r, key, f, notFound(n.qualifiedARN()))
	}
	a, err := readAlias(r, n, notFound(n.qualifiedARN()))
	if err != nil {
		return nil, err
	}
	n.qualifier = a.Version
	return readFunction(r, n)
}

// change reads the version that is named, lets alter change it, and writes it
// back.
func (s *Service) change(ctx context.Context, n name, alter func(*function) error) error {
	return s.store.Update(ctx, kv.Claims{Write: [][]byte{n.key()}}, func(tx kv.Tx) error {
		f, err := readFunction(tx, n)
		if err != nil {
			return err
		}
		if err := alter(f); err != nil {
			return err
		}
		return writeRecord(tx, f.key(), f)
	})
}

// touch gives the function a revision of its own and notes when.
func (s *Service) touch(f *function, revision string) {
	f.RevisionID = revision
	f.LastModified = timestamp(s.clock.Now())
}

// checkRevision refuses a change that was meant for another revision.
func checkRevision(current string, given *string) error {
	if given != nil && *given != current {
		return lambdaapi.PreconditionFailedException("The Revision Id provided does not match the latest Revision Id. " +
			"Call the GetFunction/GetAlias API to retrieve the latest Revision Id")
	}
	return nil
}

// checkSettled refuses a change while an earlier one is not done.
func checkSettled(f *function) error {
	switch {
	case f.State == statePending:
		return inState(f)
	case f.UpdateStatus == updateInProgress:
		return lambdaapi.ResourceConflictException("The operation cannot be performed at this time. An update is in progress for resource: " + f.arn())
	}
	return nil
}

// inState refuses what cannot be done to a function in the state that it has.
func inState(f *function) error {
	return lambdaapi.ResourceConflictException("The operation cannot be performed at this time. The function is currently in the following state: " + f.State)
}

// configuration returns the function as the API shows it under an ARN.
func (f *function) configuration(arn string) *lambdaapi.FunctionConfiguration {
	out := f.Settings.describe(f.Region)
	out.FunctionName = new(f.Name)
	out.FunctionArn = new(arn)
	out.Version = new(f.version())
	out.RevisionId = new(f.RevisionID)
	out.LastModified = new(f.LastModified)
	out.CodeSha256 = new(f.Code.SHA256)
	out.CodeSize = new(f.Code.Size)
	out.PackageType = "Zip"
	for _, l := range f.Layers {
		out.Layers = append(out.Layers, lambdaapi.Layer{Arn: new(l.ARN), CodeSize: new(l.Code.Size)})
	}
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

// entry returns the function as lists show it: without the states and the
// build of the runtime.
func (f *function) entry(arn string) lambdaapi.FunctionConfiguration {
	c := f.configuration(arn)
	c.RuntimeVersionConfig = nil
	c.State, c.StateReason, c.StateReasonCode = "", nil, ""
	c.LastUpdateStatus, c.LastUpdateStatusReason, c.LastUpdateStatusReasonCode = "", nil, ""
	return *c
}
