package lambda

import (
	"context"
	"errors"
	"sync"

	"cloudless/internal/storage/kv"
)

// keeper is what the sandboxes were told to keep. The records say what they
// should be told; provision brings the one in line with the other.
type keeper struct {
	mu   sync.Mutex
	told map[string]kept // by the id of the environment
}

// kept is what they were told of one kind of environment.
type kept struct {
	Environment
	whole name   // the function
	task  string // of the record
	n     int64
}

// provision tells the sandboxes what to keep for a function, as its records are
// now: each change of these is followed by it. How a task ends that begins here is
// noted in the background.
func (s *Service) provision(n name) {
	if s.provisioner == nil {
		return
	}
	s.keeper.mu.Lock()
	defer s.keeper.mu.Unlock()
	tasks, want, err := s.wanted(n.unqualified())
	if err != nil {
		s.log.Error("provisioned concurrency not looked at", "function", n.unqualified().qualifiedARN(), "err", err)
		return
	}
	for id, k := range s.keeper.told {
		if _, still := want[id]; k.whole == n.unqualified() && !still {
			s.provisioner.Provision(k.Environment, 0)
			delete(s.keeper.told, id)
		}
	}
	waits := map[string][]func(context.Context) error{}
	for id, k := range want {
		if before := s.keeper.told[id]; before.task != k.task || before.n != k.n {
			waits[k.task] = append(waits[k.task], s.provisioner.Provision(k.Environment, int(k.n)))
			s.keeper.told[id] = k
		}
	}
	for task, wait := range waits {
		s.background.Go(func() { s.settleProvisioned(tasks[task], wait) })
	}
}

// wanted returns the records of a function by their tasks, and what they want to
// be kept, by the id of the environment.
func (s *Service) wanted(whole name) (tasks map[string]*provisioned, want map[string]kept, err error) {
	err = s.store.View(s.ctx, func(r kv.Reader) error {
		tasks, want = map[string]*provisioned{}, map[string]kept{}
		all, err := provisionedOf(r, whole)
		if err != nil {
			return err
		}
		for _, p := range all {
			tasks[p.Task] = p
			for _, part := range p.Shares {
				f, err := readFunction(r, p.version(part))
				if err != nil {
					return err
				}
				e := s.environment(f)
				want[e.ID] = kept{e, whole, p.Task, part.Executions + want[e.ID].n}
			}
		}
		return nil
	})
	return tasks, want, err
}

// settleProvisioned waits until environments have started, and notes how that has
// ended, unless something else is wanted by then.
func (s *Service) settleProvisioned(p *provisioned, waits []func(context.Context) error) {
	status, reason := provisionedReady, ""
	for _, wait := range waits {
		if err := wait(s.ctx); err != nil && s.ctx.Err() == nil {
			s.log.Warn("environments not provisioned", "function", p.name().qualifiedARN(), "err", err)
			status, reason = provisionedFailed, "FUNCTION_ERROR_INIT_FAILURE"
		}
	}
	if s.ctx.Err() != nil {
		return // the next start takes it up
	}
	err := s.changeProvisioned(s.ctx, p, func(now *provisioned) { now.Status, now.Reason = status, reason })
	if err != nil && s.ctx.Err() == nil {
		s.log.Error("provisioned concurrency not settled", "function", p.name().qualifiedARN(), "err", err)
	}
}

// changeProvisioned changes a record whose task is still that of p. It claims the
// function too, as all do who change where an alias leads.
func (s *Service) changeProvisioned(ctx context.Context, p *provisioned, change func(now *provisioned)) error {
	claims := kv.Claims{Write: [][]byte{p.key()}, Read: [][]byte{p.name().key()}}
	return s.store.Update(ctx, claims, func(tx kv.Tx) error {
		now := &provisioned{}
		err := readRecord(tx, p.key(), now, kv.ErrNotFound)
		if errors.Is(err, kv.ErrNotFound) || err == nil && now.Task != p.Task {
			return nil
		}
		if err != nil {
			return err
		}
		change(now)
		return writeRecord(tx, p.key(), now)
	})
}

// reprovision divides anew what is kept for an alias, which leads elsewhere by
// now. That there is nothing is no error.
func (s *Service) reprovision(tx kv.Tx, a *alias) error {
	p := &provisioned{}
	key := provisionedKey(a.Account, a.Region, a.Function, a.Name)
	err := readRecord(tx, key, p, kv.ErrNotFound)
	if errors.Is(err, kv.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	p.Task, p.Status, p.Reason = s.newID(), provisioning, ""
	p.divideBy(a)
	return writeRecord(tx, key, p)
}

// resumeProvisioned starts the environments anew that an earlier server kept.
func (s *Service) resumeProvisioned(ctx context.Context) error {
	if s.provisioner == nil {
		return nil
	}
	var all []*provisioned
	err := s.store.View(ctx, func(r kv.Reader) error {
		all = nil
		return eachRecord(r, allOf("provisioned"), func(p *provisioned) error {
			all = append(all, p)
			return nil
		})
	})
	for _, p := range all {
		err = errors.Join(err, s.changeProvisioned(ctx, p, func(now *provisioned) {
			now.Task, now.Status, now.Reason = s.newID(), provisioning, ""
		}))
	}
	for _, p := range all {
		s.provision(p.name()) // each function once: a second time nothing is new
	}
	return err
}

// executions is what is provisioned in an account and a region, as concurrent
// executions are counted. What has failed does not count.
type executions struct {
	versions  map[name]int64
	functions map[name]int64
	reserved  map[name]bool // those of the functions that have a reservation
}

// readExecutions adds them up. Most accounts never had any, and pay nothing.
func (all *reservations) readExecutions(r kv.Reader, account, region string) (executions, error) {
	var e executions
	if !all.Provisions {
		return e, nil
	}
	err := eachRecord(r, allOf("provisioned", account, region), func(p *provisioned) error {
		if p.Status == provisionedFailed {
			return nil
		}
		if e.versions == nil {
			e = executions{map[name]int64{}, map[name]int64{}, map[name]bool{}}
		}
		whole := p.name().unqualified()
		e.functions[whole] += p.Requested
		for _, part := range p.Shares {
			e.versions[p.version(part)] += part.Executions
		}
		f, err := readFunction(r, whole)
		if err == nil {
			e.reserved[whole] = f.Reserved != nil
		}
		return err
	})
	return e, err
}

// unreserved adds up those of functions without a reservation, but for one.
func (e executions) unreserved(but string) (sum int64) {
	for whole, n := range e.functions {
		if !e.reserved[whole] && whole.function != but {
			sum += n
		}
	}
	return sum
}
