package lambda

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/storage/kv"
)

// provisioner are sandboxes that keep environments, by the ARN of the version.
type provisioner struct {
	*fakeSandboxes
	kept chan string
	fail error

	mu      sync.Mutex
	started map[string]int
}

func (p *provisioner) Provision(e Environment, n int) func(context.Context) error {
	p.kept <- e.Version + " " + string(rune('0'+n))
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fail == nil {
		p.started[e.ID] = n
	}
	return func(context.Context) error { return p.fail }
}

func (p *provisioner) Provisioned(id string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.started[id]
}

// expect waits for what is to be kept, in its order.
func (p *provisioner) expect(t *testing.T, want ...string) {
	t.Helper()
	for _, w := range want {
		select {
		case got := <-p.kept:
			if got != w {
				t.Errorf("keeps %q, want %q", got, w)
			}
		case <-time.After(10 * time.Second):
			t.Fatalf("nobody asks to keep %q", w)
		}
	}
}

// provisionable makes f with two versions and an alias "a" of the first.
func provisionable(t *testing.T) (*harness, *provisioner) {
	h := newHarness(t)
	p := &provisioner{fakeSandboxes: h.sandboxes, kept: make(chan string, 100), started: map[string]int{}}
	h.provisioner = p
	h.create("f")
	for _, description := range []string{"1", "2"} {
		must(h.PublishVersion(t.Context(), call, &lambdaapi.PublishVersionRequest{FunctionName: "f", Description: new(description)}))(t)
		must(h.UpdateFunctionConfiguration(t.Context(), call, &lambdaapi.UpdateFunctionConfigurationRequest{FunctionName: "f", Description: new("x" + description)}))(t)
		h.awaitSettled("f")
	}
	must(h.CreateAlias(t.Context(), call, &lambdaapi.CreateAliasRequest{FunctionName: "f", Name: "a", FunctionVersion: "1"}))(t)
	return h, p
}

func (h *harness) putProvisioned(qualifier string, n int64) error {
	_, err := h.PutProvisionedConcurrencyConfig(h.t.Context(), call, &lambdaapi.PutProvisionedConcurrencyConfigRequest{FunctionName: "f", Qualifier: qualifier, ProvisionedConcurrentExecutions: n})
	return err
}

// awaitProvisioned waits until nothing is under way for a qualifier.
func (h *harness) awaitProvisioned(qualifier string) *lambdaapi.GetProvisionedConcurrencyConfigResponse {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(h.t.Context(), 10*time.Second)
	defer cancel()
	changes := h.store.Watch(ctx, provisionedKey(account, region, "f", qualifier))
	for {
		got := must(h.GetProvisionedConcurrencyConfig(h.t.Context(), call, &lambdaapi.GetProvisionedConcurrencyConfigRequest{FunctionName: "f", Qualifier: qualifier}))(h.t)
		if got.Status != provisioning {
			return got
		}
		if _, ok := <-changes; !ok {
			h.t.Fatal("it stays under way")
		}
	}
}

func TestProvisionedConcurrencyIsReadyOnceItsEnvironmentsAre(t *testing.T) {
	h, p := provisionable(t)
	put := must(h.PutProvisionedConcurrencyConfig(t.Context(), call, &lambdaapi.PutProvisionedConcurrencyConfigRequest{FunctionName: "f", Qualifier: "a", ProvisionedConcurrentExecutions: 5}))(t)
	if put.Status != "IN_PROGRESS" || *put.RequestedProvisionedConcurrentExecutions != 5 || *put.AllocatedProvisionedConcurrentExecutions != 0 {
		t.Errorf("Put = %+v", put)
	}
	if got := h.awaitProvisioned("a"); got.Status != "READY" || *got.AllocatedProvisionedConcurrentExecutions != 5 || *got.AvailableProvisionedConcurrentExecutions != 5 {
		t.Errorf("then it is %+v", got)
	}
	p.expect(t, "1 5")
	list := must(h.ListProvisionedConcurrencyConfigs(t.Context(), call, &lambdaapi.ListProvisionedConcurrencyConfigsRequest{FunctionName: "f"}))(t)
	if len(list.ProvisionedConcurrencyConfigs) != 1 || *list.ProvisionedConcurrencyConfigs[0].FunctionArn != arnF+":a" {
		t.Errorf("List = %+v", list)
	}
	must(h.UpdateAlias(t.Context(), call, &lambdaapi.UpdateAliasRequest{FunctionName: "f", Name: "a", FunctionVersion: new("2")}))(t)
	p.expect(t, "1 0", "2 5")
	h.awaitProvisioned("a")
	h.restart()
	h.provisioner = p
	if err := h.resumeProvisioned(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.expect(t, "2 5")
	must(h.DeleteAlias(t.Context(), call, &lambdaapi.DeleteAliasRequest{FunctionName: "f", Name: "a"}))(t)
	_, err := h.GetProvisionedConcurrencyConfig(t.Context(), call, &lambdaapi.GetProvisionedConcurrencyConfigRequest{FunctionName: "f", Qualifier: "a"})
	refused(t, "Get", err, "ResourceNotFoundException", "Cannot find alias arn: "+arnF+":a")
	p.expect(t, "2 0")
}

func TestProvisionedConcurrencyFailsWithItsEnvironments(t *testing.T) {
	h, p := provisionable(t)
	p.fail = errors.New("it exits")
	if err := h.putProvisioned("1", 1); err != nil {
		t.Fatal(err)
	}
	if got := h.awaitProvisioned("1"); got.Status != "FAILED" || *got.StatusReason != "FUNCTION_ERROR_INIT_FAILURE" || *got.AllocatedProvisionedConcurrentExecutions != 0 {
		t.Errorf("it is %+v", got)
	}
}

func TestProvisionedConcurrencyThatIsRefused(t *testing.T) {
	h, _ := provisionable(t)
	refused(t, "$LATEST", h.putProvisioned("$LATEST", 1), "InvalidParameterValueException", "Provisioned Concurrency Configs cannot be applied to unpublished function versions.")
	refused(t, "no such alias", h.putProvisioned("b", 1), "ResourceNotFoundException", "Cannot find alias arn: "+arnF+":b")
	refused(t, "no such version", h.putProvisioned("10", 1), "ResourceNotFoundException", "Function not found: "+arnF+":10")
	refused(t, "too many", h.putProvisioned("1", 901), "InvalidParameterValueException", "Specified ConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [100].")
	refused(t, "more than there are", h.putProvisioned("1", 1001), "InvalidParameterValueException", "Specified ConcurrentExecutions for function is greater than account's unreserved concurrency [1000].")
	for _, q := range []string{"$LATEST", "b", "10", "1"} {
		want := map[string][2]string{
			"$LATEST": {"InvalidParameterValueException", "The function resource provided must be an alias or a published version."},
			"b":       {"ResourceNotFoundException", "Cannot find alias arn: " + arnF + ":b"},
			"10":      {"ResourceNotFoundException", "Function not found: " + arnF + ":10"},
			"1":       {"ProvisionedConcurrencyConfigNotFoundException", "No Provisioned Concurrency Config found for this function"},
		}[q]
		_, err := h.GetProvisionedConcurrencyConfig(t.Context(), call, &lambdaapi.GetProvisionedConcurrencyConfigRequest{FunctionName: "f", Qualifier: q})
		refused(t, "Get of "+q, err, want[0], want[1])
		_, err = h.DeleteProvisionedConcurrencyConfig(t.Context(), call, &lambdaapi.DeleteProvisionedConcurrencyConfigRequest{FunctionName: "f", Qualifier: q})
		if q == "1" {
			if err != nil {
				t.Error(err)
			}
			continue
		}
		refused(t, "Delete of "+q, err, want[0], want[1])
	}
	if err := h.putProvisioned("a", 2); err != nil {
		t.Fatal(err)
	}
	refused(t, "the alias's version", h.putProvisioned("1", 1), "ResourceConflictException", "Version is pointed by a Provisioned Concurrency alias")
	_, err := h.PutFunctionConcurrency(t.Context(), call, &lambdaapi.PutFunctionConcurrencyRequest{FunctionName: "f", ReservedConcurrentExecutions: 1})
	refused(t, "to reserve less", err, "InvalidParameterValueException", " ReservedConcurrentExecutions  1 should not be lower than function's total provisioned concurrency [2].")
	must(h.PutFunctionConcurrency(t.Context(), call, &lambdaapi.PutFunctionConcurrencyRequest{FunctionName: "f", ReservedConcurrentExecutions: 2}))(t)
	refused(t, "more than is reserved", h.putProvisioned("2", 1), "InvalidParameterValueException", "Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function")
	must(h.DeleteProvisionedConcurrencyConfig(t.Context(), call, &lambdaapi.DeleteProvisionedConcurrencyConfigRequest{FunctionName: "f", Qualifier: "a"}))(t)
	if err := h.putProvisioned("1", 1); err != nil {
		t.Fatal(err)
	}
	refused(t, "an alias of it", h.putProvisioned("a", 1), "ResourceConflictException", "Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version")

	h.restart() // with sandboxes that keep nothing
	refused(t, "sandboxes that keep nothing", h.putProvisioned("2", 1), "NotImplemented", "cloudless does not implement environments that are kept started yet.")
}

func TestProvisionedConcurrencyIsDividedByTheWeightsOfItsAlias(t *testing.T) {
	h, p := provisionable(t)
	if err := h.putProvisioned("a", 8); err != nil {
		t.Fatal(err)
	}
	p.expect(t, "1 8")
	must(h.UpdateAlias(t.Context(), call, &lambdaapi.UpdateAliasRequest{FunctionName: "f", Name: "a",
		RoutingConfig: &lambdaapi.AliasRoutingConfiguration{AdditionalVersionWeights: map[string]float64{"2": 0.25}}}))(t)
	got := []string{<-p.kept, <-p.kept}
	slices.Sort(got)
	if !slices.Equal(got, []string{"1 6", "2 2"}) {
		t.Errorf("keeps %q", got)
	}
	if got := h.awaitProvisioned("a"); *got.AllocatedProvisionedConcurrentExecutions != 8 || got.Status != "READY" {
		t.Errorf("it is %+v", got)
	}
}

// meddled is a store in which something happens between what the first update of
// one key alone has read, and its commit.
type meddled struct {
	kv.Store
	key  string
	once sync.Once
	then func()
}

func (m *meddled) Update(ctx context.Context, claims kv.Claims, f func(kv.Tx) error) error {
	return m.Store.Update(ctx, claims, func(tx kv.Tx) error {
		err := f(tx)
		if len(claims.Write) == 1 && string(claims.Write[0]) == m.key {
			m.once.Do(m.then)
		}
		return err
	})
}

// TestWhatAnAliasLeadsToOutlastsAnEarlierTask has an alias change while it is noted
// that the environments of before are there.
func TestWhatAnAliasLeadsToOutlastsAnEarlierTask(t *testing.T) {
	h, p := provisionable(t)
	changed := make(chan error, 1)
	h.store = &meddled{Store: h.store, key: string(provisionedKey(account, region, "f", "a")), then: func() {
		go func() {
			_, err := h.UpdateAlias(t.Context(), call, &lambdaapi.UpdateAliasRequest{FunctionName: "f", Name: "a", FunctionVersion: new("2")})
			changed <- err
		}()
		select {
		case err := <-changed: // nothing kept it from it
			changed <- err
		case <-time.After(50 * time.Millisecond): // it waits for the commit
		}
	}}
	h.restart()
	h.provisioner = p
	if err := h.putProvisioned("a", 3); err != nil {
		t.Fatal(err)
	}
	if err := <-changed; err != nil {
		t.Fatal(err)
	}
	if got := h.awaitProvisioned("a"); *got.AllocatedProvisionedConcurrentExecutions != 3 {
		t.Errorf("%d executions are allocated, want 3", *got.AllocatedProvisionedConcurrentExecutions)
	}
}

func TestAvailableIsWhatThereIs(t *testing.T) {
	h, p := provisionable(t)
	if err := h.putProvisioned("1", 5); err != nil {
		t.Fatal(err)
	}
	h.awaitProvisioned("1")
	p.mu.Lock()
	for id := range p.started {
		p.started[id] = 3
	}
	p.mu.Unlock()
	if got := h.awaitProvisioned("1"); *got.RequestedProvisionedConcurrentExecutions != 5 || *got.AvailableProvisionedConcurrentExecutions != 3 {
		t.Errorf("it is %+v", got)
	}
}

func TestProvisionedExecutionsAreTakenOutOfTheOthers(t *testing.T) {
	h, _ := provisionable(t)
	h.create("g")
	if err := h.reserve("g", 890); err != nil {
		t.Fatal(err)
	}
	if err := h.putProvisioned("a", 5); err != nil { // leaves 105 to all that have neither
		t.Fatal(err)
	}
	h.awaitProvisioned("a")
	refused(t, "what would leave too few", h.putProvisioned("2", 6), "InvalidParameterValueException", "Specified ConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [100].")
	refused(t, "a reservation that would", h.reserve("g", 896), "InvalidParameterValueException", "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [100].")

	take := func(qualifier string) error {
		target, _, err := h.find(t.Context(), name{account: account, region: region, function: "f", qualifier: qualifier})
		if err == nil {
			_, err = h.slots.take(target)
		}
		return err
	}
	for i := range 105 { // of others, the provisioned ones stay free
		if err := take(""); err != nil {
			t.Fatalf("execution %d: %v", i, err)
		}
	}
	throttledFor(t, take(""), "ConcurrentInvocationLimitExceeded")
	for i := range 5 {
		if err := take("a"); err != nil {
			t.Fatalf("provisioned execution %d: %v", i, err)
		}
	}
	throttledFor(t, take("1"), "ConcurrentInvocationLimitExceeded")
	h.slots.release(slotOwner{account: account, region: region})
	if err := take("1"); err != nil {
		t.Errorf("beyond what is provisioned: %v", err)
	}
}

func TestProvisionedExecutionsAreTakenOutOfTheReservation(t *testing.T) {
	h, _ := provisionable(t)
	if err := h.reserve("f", 3); err != nil {
		t.Fatal(err)
	}
	if err := h.putProvisioned("1", 2); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		qualifier string
		ok        bool
	}{{"2", true}, {"2", false}, {"1", true}, {"1", true}, {"1", false}} {
		target, _, err := h.find(t.Context(), name{account: account, region: region, function: "f", qualifier: step.qualifier})
		if err == nil {
			_, err = h.slots.take(target)
		}
		if step.ok && err != nil {
			t.Errorf("version %s: %v", step.qualifier, err)
		} else if !step.ok {
			throttledFor(t, err, "ReservedFunctionConcurrentInvocationLimitExceeded")
		}
	}
}
