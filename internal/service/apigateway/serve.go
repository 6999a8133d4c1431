package apigateway

import (
	"context"
	"errors"
	"net/http"
	"time"

	"cloudless/internal/api"
)

// ServeAPI answers a call of a deployed API. The path of r begins with the
// stage. signer tells who has signed the request; it is asked where a method
// wants to know.
func (s *Service) ServeAPI(w http.ResponseWriter, r *http.Request, call *api.Call, apiID string, signer func(body []byte) (api.Principal, error)) {
	x := s.newExchange(r, call, signer)
	s.begin(w, x, x.cutVpcEndpoint(apiID))
}

// begin answers a call that is not found out yet.
func (s *Service) begin(w http.ResponseWriter, x *exchange, apiID string) {
	h := w.Header()
	h["x-amzn-RequestId"] = []string{x.call.RequestID}
	h["x-amz-apigw-id"] = []string{x.extendedID}
	err := s.find(x, apiID)
	x.written.ResponseWriter = w
	w = &x.written
	if x.deployed != nil {
		if x.deployed.logs(x) {
			defer s.writeLogsOf(x, &x.written)
		}
		defer s.countCall(x)
	}
	if x.untrusted != nil {
		err = x.turnAway()
	}
	if err == nil {
		err = s.serve(w, x)
	}
	if err != nil {
		s.refuse(w, x, err)
	}
	x.noteEnd(x.written.status, x.refused)
}

// serve answers a call of a method, if it may be made.
func (s *Service) serve(w http.ResponseWriter, x *exchange) error {
	x.noteMethodRequest()
	if err := s.admit(x); err != nil {
		return err
	}
	if err := s.admitKey(x); err != nil {
		return err
	}
	if !s.takeFromStage(x) {
		return throttled()
	}
	return s.compress(w, x, s.answer)
}

// answer answers a call that may be made, if it has what the method requires.
func (s *Service) answer(w http.ResponseWriter, x *exchange) error {
	if err := x.validate(); err != nil {
		return err
	}
	return s.answerCached(w, x)
}

// answerAnew lets the integration of the method answer, within its time.
func (s *Service) answerAnew(w http.ResponseWriter, x *exchange) error {
	if x.method.broken != nil {
		return internalError().because(x.method.broken)
	}
	timeout := time.Duration(*x.method.MethodIntegration.TimeoutInMillis) * time.Millisecond
	ctx, cancel := s.within(x.request.Context(), timeout)
	defer cancel()
	if x.method.MethodIntegration.Type == "HTTP_PROXY" {
		return s.passThrough(ctx, w, x)
	}
	if err := x.readBody(); err != nil {
		return err
	}
	x.noteBody()
	answer, err := s.integrate(ctx, x)
	if err != nil {
		return err
	}
	x.noteMethodResponse(answer.header, answer.body)
	answer.write(w)
	return nil
}

// integrate calls the integration of the method.
func (s *Service) integrate(ctx context.Context, x *exchange) (*reply, error) {
	switch x.method.MethodIntegration.Type {
	case "AWS":
		if !isLambdaTarget(deref(x.method.MethodIntegration.Uri)) {
			return s.callService(ctx, x)
		}
		return s.invokeLambda(ctx, x)
	case "AWS_PROXY":
		return s.invokeProxy(ctx, x)
	case "HTTP":
		return s.callHTTP(ctx, x)
	case "MOCK":
		return s.mock(x)
	}
	return nil, internalError().because(errors.New("unknown type of integration"))
}

// errTimedOut is why the context of an integration ends at its timeout.
var errTimedOut = errors.New("integration took too long")

// within returns a context that ends when d has passed.
func (s *Service) within(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	due := s.clock.After(d)
	go func() {
		select {
		case <-due:
			cancel(errTimedOut)
		case <-ctx.Done():
		}
	}()
	return ctx, func() { cancel(nil) }
}

// refuse answers in place of the integration, and logs what the client is not
// told.
func (s *Service) refuse(w http.ResponseWriter, x *exchange, err error) {
	ctx := x.request.Context()
	if errors.Is(err, errClientGone) || errors.Is(ctx.Err(), context.Canceled) {
		return
	}
	why, ok := errors.AsType[*refusal](err)
	if !ok {
		why = internalError().because(err)
	}
	if why.cause != nil {
		s.log.WarnContext(ctx, "call of an API failed", "err", why.cause, "status", why.status, "request_id", x.call.RequestID)
	}
	x.refused = why
	x.answerRefusal(why).write(w)
}

// reply is what an integration answers, as it goes to the client.
type reply struct {
	status int
	header http.Header // names as they are to be written
	body   []byte
}

// write answers the client with r in one piece.
func (r *reply) write(w http.ResponseWriter) {
	h := w.Header()
	for name, values := range r.header {
		h[name] = values
	}
	w.WriteHeader(r.status)
	_, _ = w.Write(r.body) // the client that went away misses nothing
}
