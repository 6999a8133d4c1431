package lambda

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"

	"cloudless/internal/api"
	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/awserr"
)

// URLID returns the id of the function URL that a host names:
// "{id}.lambda-url.{region}.on.aws", or the same under "localhost". The host has no
// port and is in lower case.
func URLID(host string) (id string, ok bool) {
	id, rest, found := strings.Cut(host, ".lambda-url.")
	region, domain, _ := strings.Cut(rest, ".")
	ok = found && id != "" && !strings.Contains(id, ".") && region != "" && (domain == "on.aws" || domain == "localhost")
	if !ok {
		return "", false
	}
	return id, true
}

// Signer tells who has signed a request whose body is given, or why the
// signature does not hold. Who has not signed at all is anonymous.
type Signer func(body []byte) (api.Principal, error)

// forbidden is the refusal of those who may not call a URL.
const forbidden = "Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"

// ServeURL answers a request to the function URL with that id. call is the
// request as the front door sees it, of an anonymous caller; signer is asked
// only if the URL wants signatures (those of the service "lambda").
func (s *Service) ServeURL(w http.ResponseWriter, r *http.Request, call *api.Call, id string, signer Signer) {
	w.Header().Set("x-amzn-RequestId", call.RequestID)
	u, err := s.findURL(r.Context(), id)
	if err != nil {
		s.refuseURL(w, id, err)
		return
	}
	if u == nil {
		w.Header().Set("x-amzn-ErrorType", "ResourceNotFoundException")
		writeURL(w, http.StatusNotFound, `{"Message":null}`)
		return
	}
	if u.CORS != nil {
		if isPreflight(r) {
			answerPreflight(u.CORS, w, r)
			return
		}
		allowOrigin(u.CORS, w.Header(), r.Header.Get("Origin"))
	}
	if err := s.serveURL(w, r, call, u, signer); err != nil {
		s.refuseURL(w, id, err)
	}
}

func (s *Service) serveURL(w http.ResponseWriter, r *http.Request, outside *api.Call, u *functionURL, signer Signer) error {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxPayloadBytes))
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return payloadTooLarge(maxPayloadBytes+1, maxPayloadBytes)
	}
	if err != nil {
		return awserr.Serialization("the body could not be read").Because(err)
	}
	call := *outside
	call.Account, call.Region, call.Principal = u.Account, u.Region, api.Principal{Type: api.PrincipalAnonymous}
	if u.AuthType == authIAM {
		if call.Principal, err = signer(body); err != nil {
			return err
		}
	}
	t, err := s.callable(r.Context(), &call, u)
	if err != nil {
		return err
	}
	came := s.traceOf(r.Header.Get("X-Amzn-Trace-Id"), t)
	traced := came.at(t).String()
	w.Header().Set("X-Amzn-Trace-Id", traced)
	payload := []byte(plainJSON(eventOf(u, r, &call, came.String(), body)))
	if len(payload) > maxPayloadBytes {
		return payloadTooLarge(len(payload), maxPayloadBytes)
	}
	in := Invocation{RequestID: call.RequestID, Payload: payload, ARN: u.name().qualifiedARN(), TraceID: traced}
	if u.InvokeMode == modeStream {
		return s.streamURL(r.Context(), w, t, in)
	}
	out, err := s.run(r.Context(), t, in)
	if err != nil {
		return err
	}
	a, err := readURLAnswer(out.Payload)
	if err != nil || out.FunctionError != "" {
		writeURL(w, http.StatusBadGateway, "Internal Server Error")
		return nil
	}
	a.write(w)
	return nil
}

// streamURL hands the answer on while the function gives it. What a function
// answers in one piece is the body, whatever it is.
func (s *Service) streamURL(ctx context.Context, w http.ResponseWriter, t target, in Invocation) error {
	stream := &urlStream{w: w}
	in.Stream = stream
	out, err := s.run(ctx, t, in)
	begun, sent := stream.over()
	switch {
	case sent:
		if err != nil || out.FunctionError != "" {
			panic(http.ErrAbortHandler) // all that is left to say is that this is not the end
		}
		return nil
	case err != nil:
		return err
	case begun || out.FunctionError != "":
		writeURL(w, http.StatusBadGateway, "Internal Server Error")
		return nil
	}
	a := &urlAnswer{Status: http.StatusOK, Headers: map[string]string{"content-type": "application/octet-stream"}, Body: out.Payload}
	a.write(w)
	return nil
}

// callable returns what runs when a URL is called, if the caller may call it:
// as AWS asks of every URL that was made since October 2025, both by the URL and
// as such. Who is anonymous has both from the function's policy or not at all.
func (s *Service) callable(ctx context.Context, call *api.Call, u *functionURL) (target, error) {
	n := u.name()
	t, document, err := s.find(ctx, n)
	if awserr.Code(err) == "ResourceNotFoundException" {
		return t, awserr.AccessDenied(forbidden).Because(err) // the alias is gone, and its policy with it
	}
	if err != nil {
		return t, err
	}
	for _, need := range []struct {
		action string
		facts  []api.Fact
	}{
		{"InvokeFunctionUrl", []api.Fact{api.Given("lambda:FunctionUrlAuthType", u.AuthType), api.Given("lambda:FunctionArn", n.qualifiedARN())}},
		{"InvokeFunction", []api.Fact{api.Given("lambda:InvokedViaFunctionUrl", "true")}},
	} {
		facts := append(need.facts, t.tags...)
		if document != "" {
			facts = append(facts, api.WithResourcePolicy(document))
		}
		if err := s.ask(ctx, call, need.action, n, facts...); err != nil {
			if isOurs(err) {
				return t, err
			}
			return t, awserr.AccessDenied(forbidden).Because(err)
		}
	}
	return t, checkActive(t)
}

// refuseURL answers with an error, as function URLs write it.
func (s *Service) refuseURL(w http.ResponseWriter, id string, err error) {
	if errors.Is(err, context.Canceled) {
		return // nobody listens any more
	}
	e := awserr.From(err)
	w.Header().Set("x-amzn-ErrorType", e.Code)
	switch {
	case e.Status >= 500:
		s.log.Error("function URL not served", "url_id", id, "err", err)
		writeURL(w, e.Status, "Internal Server Error")
	case e.Code == "TooManyRequestsException":
		reason := ""
		if d, ok := e.Detail.(*lambdaapi.TooManyRequestsExceptionDetail); ok {
			reason = d.Reason
		}
		writeURL(w, e.Status, plainJSON(struct {
			Reason  string `json:"Reason"`
			Type    string `json:"Type"`
			Message string `json:"message"`
		}{reason, "User", e.Message}))
	default:
		writeURL(w, e.Status, plainJSON(map[string]string{"Message": e.Message}))
	}
}

func writeURL(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body) // a client that went away needs no answer
}
