package lambda

import (
	"context"

	"cloudless/internal/awserr"
	"cloudless/internal/storage/kv"
)

// creating notes the beginning of a function.
func (f *function) creating(task string) {
	f.Task = task
	f.State, f.StateReason, f.StateReasonCode = statePending, "The function is being created.", "Creating"
	f.UpdateStatus, f.UpdateReason, f.UpdateReasonCode = "", "", ""
}

// updating notes the beginning of an update. Until it has succeeded, what was
// before goes on to run.
func (f *function) updating(task string, before build) {
	f.Task = task
	f.UpdateStatus = updateInProgress
	f.UpdateReason, f.UpdateReasonCode = "The function is being created.", "Creating" // AWS's words, odd as they are
	if f.State == stateActive {
		f.Replaced = &before
	}
}

// settled notes the end of a creation or update: a failed update leaves the
// function active, as it was before.
func (f *function) settled(err error) {
	f.Task = ""
	if err == nil {
		f.State, f.StateReason, f.StateReasonCode = stateActive, "", ""
		f.UpdateStatus, f.UpdateReason, f.UpdateReasonCode = updateSuccessful, "", ""
		f.Replaced = nil
		return
	}
	if f.State != stateActive {
		f.State, f.StateReason, f.StateReasonCode = stateFailed, err.Error(), "InvalidRuntime"
	}
	f.UpdateStatus, f.UpdateReason, f.UpdateReasonCode = updateFailed, err.Error(), "InvalidRuntime"
}

// prepare makes sure, in the background, that a function can run, and then
// says so in its record, unless that is about another task by then.
func (s *Service) prepare(f *function) {
	if f.Task == "" {
		return
	}
	n := name{account: f.Account, region: f.Region, function: f.Name, qualifier: f.version()}
	e, task := s.environmentOf(f, &f.build), f.Task
	s.background.Go(func() {
		err := s.sandboxes.Prepare(s.ctx, e)
		if s.ctx.Err() != nil {
			return // the next start takes it up
		}
		if err := s.settle(n, task, err); err != nil && s.ctx.Err() == nil {
			s.log.Error("function not settled", "function", n.qualifiedARN(), "err", err)
		}
	})
}

// settle notes how a task has ended, and retires what was replaced by it.
func (s *Service) settle(n name, task string, outcome error) error {
	var replaced string
	err := s.change(s.ctx, n, func(f *function) error {
		replaced = ""
		if f.Task != task {
			return nil
		}
		before := f.environmentID()
		f.settled(outcome)
		f.RevisionID = s.newID()
		if f.environmentID() != before {
			replaced = before
		}
		return nil
	})
	if awserr.Code(err) == "ResourceNotFoundException" {
		return nil // it was deleted meanwhile
	}
	if err == nil && replaced != "" {
		s.sandboxes.Retire(replaced)
	}
	return err
}

// uses notes the packages that a build is made of.
func (b *build) uses(used map[string]bool) {
	used[b.Code.Blob] = true
	for _, l := range b.Layers {
		used[l.Code.Blob] = true
	}
}

// resume takes up what an earlier server left undone, and drops the packages
// that no function and no layer has any more. It runs before the first request.
func (s *Service) resume(ctx context.Context) error {
	var undone []*function
	used := map[string]bool{}
	err := s.store.View(ctx, func(r kv.Reader) error {
		for _, kind := range []string{"function", "version"} {
			for p, err := range r.Scan(allOf(kind)) {
				if err != nil {
					return err
				}
				f := &function{}
				if err := decodeRecord(p.Value, f); err != nil {
					return err
				}
				f.build.uses(used)
				f.running().uses(used)
				if f.Task != "" {
					undone = append(undone, f)
				}
			}
		}
		return eachRecord(r, allOf("layerversion"), func(v *layerVersion) error {
			used[v.Code.Blob] = true
			return nil
		})
	})
	if err != nil {
		return err
	}
	for _, f := range undone {
		s.prepare(f)
	}
	return s.sweepCode(ctx, used)
}
