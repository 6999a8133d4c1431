package lambda

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"cloudless/test/servertest"
)

// awaitProvisioned waits until nothing is under way for the alias of "kept".
func (s teller) awaitProvisioned() *lambda.GetProvisionedConcurrencyConfigOutput {
	s.t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		out, err := s.GetProvisionedConcurrencyConfig(s.t.Context(), &lambda.GetProvisionedConcurrencyConfigInput{FunctionName: aws.String("kept"), Qualifier: aws.String("live")})
		if err != nil {
			s.t.Fatal(err)
		}
		if out.Status != types.ProvisionedConcurrencyStatusEnumInProgress {
			return out
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("it stays %+v", out)
		}
	}
}

// at invokes "kept" n times at a time and returns what the environments say of
// how they were started.
func (s teller) at(qualifier string, n int) (started []string) {
	s.t.Helper()
	var wg sync.WaitGroup
	var mu sync.Mutex
	for range n {
		wg.Go(func() {
			out, err := s.Invoke(s.t.Context(), &lambda.InvokeInput{FunctionName: aws.String("kept"), Qualifier: &qualifier})
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				s.t.Error(err)
				return
			}
			started = append(started, string(out.Payload))
		})
	}
	wg.Wait()
	slices.Sort(started)
	return started
}

func TestProvisionedConcurrencyIsThereAndStays(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	s := newTellerAt(t, data)
	ctx := t.Context()
	s.create("kept", `exports.handler = async (event) => {
		await new Promise((done) => setTimeout(done, 400)); return process.env.AWS_LAMBDA_INITIALIZATION_TYPE;
	};`)
	version, err := s.PublishVersion(ctx, &lambda.PublishVersionInput{FunctionName: aws.String("kept")})
	if err == nil {
		_, err = s.CreateAlias(ctx, &lambda.CreateAliasInput{FunctionName: aws.String("kept"), Name: aws.String("live"), FunctionVersion: version.Version})
	}
	if err != nil {
		t.Fatal(err)
	}
	put, err := s.PutProvisionedConcurrencyConfig(ctx, &lambda.PutProvisionedConcurrencyConfigInput{FunctionName: aws.String("kept"), Qualifier: aws.String("live"), ProvisionedConcurrentExecutions: aws.Int32(2)})
	if err != nil || put.Status != types.ProvisionedConcurrencyStatusEnumInProgress || *put.AllocatedProvisionedConcurrentExecutions != 0 {
		t.Fatalf("Put = %+v, %v", put, err)
	}
	provisioned, demanded := `"provisioned-concurrency"`, `"on-demand"`
	check := func(s teller) {
		t.Helper()
		if got := s.awaitProvisioned(); got.Status != types.ProvisionedConcurrencyStatusEnumReady || *got.AllocatedProvisionedConcurrentExecutions != 2 || *got.AvailableProvisionedConcurrentExecutions != 2 {
			t.Errorf("Get = %+v", got)
		}
		if got := s.at("live", 2); !slices.Equal(got, []string{provisioned, provisioned}) {
			t.Errorf("two at a time run in %q", got)
		}
		if got := s.at("live", 3); !slices.Equal(got, []string{demanded, provisioned, provisioned}) {
			t.Errorf("three at a time run in %q", got)
		}
		if got := s.at("$LATEST", 1); !slices.Equal(got, []string{demanded}) {
			t.Errorf("$LATEST runs in %q", got)
		}
	}
	check(s)
	s.srv.Stop()
	srv := servertest.StartAt(t, data)
	again := teller{lambda.NewFromConfig(servertest.SDK(region, srv.URL, srv.RootKey.ID, srv.RootKey.Secret)), t, srv, s.role}
	check(again)

	_, err = again.DeleteProvisionedConcurrencyConfig(ctx, &lambda.DeleteProvisionedConcurrencyConfigInput{FunctionName: aws.String("kept"), Qualifier: aws.String("live")})
	if err != nil {
		t.Fatal(err)
	}
	_, err = again.GetProvisionedConcurrencyConfig(ctx, &lambda.GetProvisionedConcurrencyConfigInput{FunctionName: aws.String("kept"), Qualifier: aws.String("live")})
	if _, ok := errors.AsType[*types.ProvisionedConcurrencyConfigNotFoundException](err); !ok {
		t.Errorf("Get = %v", err)
	}
	if got := again.at("live", 2); slices.Contains(got, provisioned) {
		t.Errorf("then it runs in %q", got)
	}
}

func TestProvisionedConcurrencyOfAFunctionThatDoesNotLoadFails(t *testing.T) {
	s := newTeller(t)
	s.create("kept", `throw new Error('no');`)
	version, err := s.PublishVersion(t.Context(), &lambda.PublishVersionInput{FunctionName: aws.String("kept")})
	if err == nil {
		_, err = s.CreateAlias(t.Context(), &lambda.CreateAliasInput{FunctionName: aws.String("kept"), Name: aws.String("live"), FunctionVersion: version.Version})
	}
	if err == nil {
		_, err = s.PutProvisionedConcurrencyConfig(t.Context(), &lambda.PutProvisionedConcurrencyConfigInput{FunctionName: aws.String("kept"), Qualifier: aws.String("live"), ProvisionedConcurrentExecutions: aws.Int32(2)})
	}
	if err != nil {
		t.Fatal(err)
	}
	got := s.awaitProvisioned()
	if got.Status != types.ProvisionedConcurrencyStatusEnumFailed || !strings.Contains(aws.ToString(got.StatusReason), "INIT_FAILURE") || *got.AllocatedProvisionedConcurrentExecutions != 0 {
		t.Errorf("Get = %+v", got)
	}
}
