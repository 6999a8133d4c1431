package lambda

import (
	"context"

	"cloudless/internal/storage/keys"
	"cloudless/internal/storage/kv"
)

// prepare makes sure, in the background, that a function can run, and then
// says so in its record. A revision that was replaced meanwhile is left alone.
func (s *Service) prepare(f *function) {
	n := name{account: f.Account, region: f.Region, function: f.Name}
	runtime, revision := f.Settings.Runtime, f.RevisionID
	s.background.Go(func() {
		err := s.sandboxes.Prepare(s.ctx, runtime)
		if s.ctx.Err() != nil {
			return // the next start takes it up
		}
		next := s.newID()
		_, changeErr := s.change(s.ctx, n, func(f *function) error {
			if f.RevisionID == revision {
				f.settled(err)
				s.touch(f, next)
			}
			return nil
		})
		if changeErr != nil {
			s.log.Error("function not settled", "function", f.arn(), "err", changeErr)
		}
	})
}

// settled notes the end of a creation or update.
func (f *function) settled(err error) {
	f.StateReason, f.StateReasonCode, f.UpdateReason, f.UpdateReasonCode = "", "", "", ""
	f.State, f.UpdateStatus = stateActive, updateSuccessful
	if err == nil {
		return
	}
	f.State, f.StateReason, f.StateReasonCode = stateFailed, err.Error(), "InternalError"
	f.UpdateStatus, f.UpdateReason, f.UpdateReasonCode = updateFailed, err.Error(), "InternalError"
}

// updating notes the beginning of an update.
func (f *function) updating() {
	f.UpdateStatus = updateInProgress
	f.UpdateReason, f.UpdateReasonCode = "The function is being created.", "Creating" // AWS's words, odd as they are
}

// resume takes up what an earlier server left undone, and drops the packages
// that no function has any more. It runs before the first request.
func (s *Service) resume(ctx context.Context) error {
	var undone []*function
	used := map[string]bool{}
	err := s.store.View(ctx, func(r kv.Reader) error {
		for p, err := range r.Scan(kv.Prefix(keys.Encode(root, "function"))) {
			if err != nil {
				return err
			}
			f, err := decodeFunction(p.Value)
			if err != nil {
				return err
			}
			used[f.Code.Blob] = true
			if f.State == statePending || f.UpdateStatus == updateInProgress {
				undone = append(undone, f)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, f := range undone {
		s.prepare(f)
	}
	return s.sweepCode(ctx, used)
}
