package lambda

import (
	"context"
	"fmt"
	"time"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/awserr"
	"cloudless/internal/storage/kv"
)

// invokeConfig says how the events of a function, or of a version or alias of
// it, are treated. What is nil or empty was not configured.
type invokeConfig struct {
	FormatVersion int       `json:"v"`
	Account       string    `json:"account"`
	Region        string    `json:"region"`
	Function      string    `json:"function"`
	Qualifier     string    `json:"qualifier"` // "$LATEST", a version or an alias
	Modified      time.Time `json:"modified"`

	RetryAttempts *int64 `json:"retryAttempts,omitempty"`
	EventAgeS     *int64 `json:"eventAge,omitempty"` // seconds
	OnSuccess     string `json:"onSuccess,omitempty"`
	OnFailure     string `json:"onFailure,omitempty"`
}

func (c *invokeConfig) key() []byte {
	return invokeConfigKey(c.Account, c.Region, c.Function, c.Qualifier)
}

// retries is how often the function is tried again when it has failed.
func (c *invokeConfig) retries() int {
	if c.RetryAttempts == nil {
		return maxAttempts - 1
	}
	return int(*c.RetryAttempts)
}

// age is how old an event may become.
func (c *invokeConfig) age() time.Duration {
	if c.EventAgeS == nil {
		return maxEventAge
	}
	return time.Duration(*c.EventAgeS) * time.Second
}

// describe returns the configuration as the API shows it.
func (c *invokeConfig) describe() *lambdaapi.FunctionEventInvokeConfig {
	out := &lambdaapi.FunctionEventInvokeConfig{
		FunctionArn:  new(qualified(functionARN(c.Account, c.Region, c.Function), c.Qualifier)),
		LastModified: new(c.Modified), MaximumRetryAttempts: c.RetryAttempts, MaximumEventAgeInSeconds: c.EventAgeS,
		DestinationConfig: &lambdaapi.DestinationConfig{OnSuccess: &lambdaapi.OnSuccess{}, OnFailure: &lambdaapi.OnFailure{}},
	}
	if c.OnSuccess != "" {
		out.DestinationConfig.OnSuccess.Destination = new(c.OnSuccess)
	}
	if c.OnFailure != "" {
		out.DestinationConfig.OnFailure.Destination = new(c.OnFailure)
	}
	return out
}

// apply changes what the request gives and leaves the rest as it is.
func (c *invokeConfig) apply(in *lambdaapi.PutFunctionEventInvokeConfigRequest) {
	if in.MaximumRetryAttempts != nil {
		c.RetryAttempts = in.MaximumRetryAttempts
	}
	if in.MaximumEventAgeInSeconds != nil {
		c.EventAgeS = in.MaximumEventAgeInSeconds
	}
	if to := in.DestinationConfig; to != nil {
		if to.OnSuccess != nil {
			c.OnSuccess = valueOf(to.OnSuccess.Destination)
		}
		if to.OnFailure != nil {
			c.OnFailure = valueOf(to.OnFailure.Destination)
		}
	}
}

// noInvokeConfig is the refusal of operations on what was not configured,
// whether there is such a function or not.
func noInvokeConfig(n name) error {
	return lambdaapi.ResourceNotFoundException(fmt.Sprintf("The function %s doesn't have an EventInvokeConfig", n.qualifiedARN()))
}

// readInvokeConfig returns what was configured for the events of what is named.
func readInvokeConfig(r kv.Reader, n name) (*invokeConfig, error) {
	c := &invokeConfig{}
	return c, readRecord(r, invokeConfigKey(n.account, n.region, n.function, n.qualifier), c, noInvokeConfig(n))
}

// findInvokeConfig returns what holds for the events of what is named: the
// defaults where nothing was configured.
func findInvokeConfig(r kv.Reader, n name) (*invokeConfig, error) {
	n = n.orLatest()
	c, err := readInvokeConfig(r, n)
	if awserr.Code(err) == "ResourceNotFoundException" {
		return &invokeConfig{Account: n.account, Region: n.region, Function: n.function, Qualifier: n.qualifier}, nil
	}
	return c, err
}

// invokeConfigName returns the name of what an operation on such a
// configuration is about: $LATEST if there is no qualifier.
func (s *Service) invokeConfigName(ctx context.Context, call *api.Call, action, function string, qualifier *string) (name, error) {
	n, err := parseName(call, function, qualifier)
	if err != nil {
		return n, err
	}
	return n.orLatest(), s.authorize(ctx, call, action, n)
}

// configureInvocation changes what is configured for the events of a function
// and returns it. from gives what is to be changed.
func (s *Service) configureInvocation(ctx context.Context, n name, in *lambdaapi.PutFunctionEventInvokeConfigRequest,
	from func(kv.Reader) (*invokeConfig, error),
) (*lambdaapi.FunctionEventInvokeConfig, error) {
	if in.MaximumRetryAttempts == nil && in.MaximumEventAgeInSeconds == nil && in.DestinationConfig == nil {
		return nil, lambdaapi.InvalidParameterValueException("You must specify at least one of error handling or destination setting.")
	}
	if err := s.checkDestinations(ctx, n, in.DestinationConfig); err != nil {
		return nil, err
	}
	var c *invokeConfig
	key := invokeConfigKey(n.account, n.region, n.function, n.qualifier)
	err := s.store.Update(ctx, kv.Claims{Write: [][]byte{key}, Read: [][]byte{n.key()}}, func(tx kv.Tx) error {
		_, err := readHolder(tx, n)
		if awserr.Code(err) == "ResourceNotFoundException" {
			return lambdaapi.ResourceNotFoundException("The function doesn't exist.")
		}
		if err != nil {
			return err
		}
		if c, err = from(tx); err != nil {
			return err
		}
		c.apply(in)
		c.Modified = s.clock.Now()
		return writeRecord(tx, key, c)
	})
	if err != nil {
		return nil, err
	}
	return c.describe(), nil
}

// orLatest names $LATEST where there is no qualifier.
func (n name) orLatest() name {
	if n.qualifier == "" {
		n.qualifier = latest
	}
	return n
}

// valueOf returns what a pointer leads to, or the zero value.
func valueOf[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

// deleteAttached removes the records of a kind that belong to one qualifier of
// a function, or to any if qualifier is "".
func deleteAttached(tx kv.Tx, kind string, n name) error {
	all := allOf(kind, n.account, n.region, n.function)
	if n.qualifier != "" {
		all = allOf(kind, n.account, n.region, n.function, n.qualifier)
	}
	for pair, err := range tx.Scan(all) {
		if err != nil {
			return err
		}
		tx.Delete(append([]byte(nil), pair.Key...))
	}
	return nil
}
