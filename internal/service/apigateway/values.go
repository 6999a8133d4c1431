package apigateway

import "time"

// deref returns what p points to, or the zero value.
func deref[T any](p *T) T {
	if p == nil {
		var zero T
		return zero
	}
	return *p
}

// now is the time to put down: API Gateway's dates have whole seconds.
func (s *Service) now() time.Time { return s.clock.Now().Truncate(time.Second) }
