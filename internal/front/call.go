package front

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"slices"

	"cloudless/internal/api"
	"cloudless/internal/awserr"
	"cloudless/internal/identity/sigv4"
	"cloudless/internal/wire"
)

// defaultMaxBody bounds bodies of services that do not say.
const defaultMaxBody = 16 << 20

// serveCall answers one call of an AWS API.
func (f *Front) serveCall(w http.ResponseWriter, r *http.Request, v *visit) {
	sig, signatureError := parse(r)
	s := f.choose(r, sig)
	if s == nil {
		f.refuseUnserved(w, r, v, sig)
		return
	}
	v.service = s.Schema.Name
	if isPing(r, s, sig) {
		f.servePing(w, r, v)
		return
	}
	req := &wire.Request{Request: r, ID: v.id, Service: s.Schema}
	v.refuse = func(err error) { f.refuse(w, s, req, v, err) }
	out, err := f.call(w, s, req, v, sig, signatureError)
	if err == nil {
		if err := s.codec.Encode(w, req, out); err != nil {
			f.log.WarnContext(r.Context(), "answer not sent", "err", err, "request_id", v.id)
		}
		return
	}
	v.refuse(err)
}

// refuse answers with an error, and logs what the caller is not told.
func (f *Front) refuse(w http.ResponseWriter, s *service, req *wire.Request, v *visit, err error) {
	e := awserr.From(err)
	v.code = e.Code
	if e.Status >= http.StatusInternalServerError && e.Code != awserr.CodeNotImplemented && req.Context().Err() == nil {
		f.log.ErrorContext(req.Context(), "operation failed", slog.String("service", v.service),
			slog.String("operation", v.operation), slog.Any("err", err), slog.String("request_id", v.id))
	}
	if e.Code == awserr.CodeInternalFailure && s.Schema.InternalError != "" {
		renamed := *e
		renamed.Code = s.Schema.InternalError
		e = &renamed
	}
	s.codec.EncodeError(w, req, e)
}

// call does the operation that the request names: it finds it, checks who
// calls, decodes and runs it.
func (f *Front) call(w http.ResponseWriter, s *service, req *wire.Request, v *visit, sig *sigv4.Signature, signatureError error) (any, error) {
	sent, body, err := readBody(w, s, req)
	if err != nil {
		return nil, err
	}
	req.Request = sent // whose body can be read again
	if refusal := s.resolve(req, body); refusal != nil {
		return nil, refusal
	}
	op := s.Operations[req.Operation.Name]
	v.operation = req.Operation.Name
	if signatureError != nil {
		return nil, signatureError
	}
	principal, region, content, err := f.identify(s, req, v, sig, sent, body)
	if err != nil {
		return nil, err
	}
	v.principal = principal.ARN
	if op.Do == nil {
		return nil, awserr.NotImplemented(s.Schema.ID, req.Operation.Name)
	}
	req.Request = req.WithContext(req.Context())
	req.Body = content
	if !s.takesStream(req.Operation) {
		req.Body = http.MaxBytesReader(w, content, s.maxBody())
	}
	in := op.In()
	if err := s.codec.Decode(req, in); err != nil {
		return nil, err
	}
	ctx, cancel := withinCall(req.Context())
	v.cancel = cancel
	return op.Do(ctx, f.newCall(req.Request, v, principal, region), in)
}

// identify returns who calls, for which region, and the content of the body.
func (f *Front) identify(s *service, req *wire.Request, v *visit, sig *sigv4.Signature, sent *http.Request, body []byte) (api.Principal, string, io.ReadCloser, error) {
	if sig == nil {
		if !req.Operation.Anonymous && s.Schema.Protocol != wire.RestXML {
			return api.Principal{}, "", nil, sigv4.MissingAuthenticationToken()
		}
		content, err := sigv4.UnsignedBody(sent)
		if err != nil {
			return api.Principal{}, "", nil, err
		}
		return anonymous(), "", content, nil
	}
	if sig.Service != s.Schema.Scope() {
		return api.Principal{}, "", nil, &awserr.Error{Code: awserr.CodeInvalidSignature, Status: http.StatusForbidden,
			Message: "Credential should be scoped to correct service: '" + s.Schema.Scope() + "'. "}
	}
	bodyHash := ""
	if sig.Payload.Mode == sigv4.PayloadUndeclared {
		bodyHash = sigv4.HashPayload(body)
	}
	principal, verified, err := f.authenticate(sent, v, sig, bodyHash)
	if err != nil {
		return api.Principal{}, "", nil, err
	}
	return principal, sig.Region, verified.Body(sent.Body), nil
}

// readBody limits the body. Where it is no stream it is read whole, for its
// hash and for the parameters of awsQuery, and stands in the returned request
// to be read again.
func readBody(w http.ResponseWriter, s *service, req *wire.Request) (*http.Request, []byte, error) {
	if s.Schema.Protocol == wire.RestXML {
		return req.Request, nil, nil // S3's signatures tell the hash, and its bodies may be huge
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, req.Body, s.maxBody()))
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
		if s.resolve(req, nil) != nil {
			req.Operation = &wire.Operation{Name: "requested"}
		}
		return nil, nil, wire.TooLarge(req, tooLarge.Limit)
	}
	if err != nil {
		return nil, nil, awserr.Serialization("the body could not be read").Because(err)
	}
	again := req.WithContext(req.Context())
	again.Body = io.NopCloser(bytes.NewReader(body))
	return again, body, nil
}

func (s *service) maxBody() int64 {
	if s.MaxBodyBytes == 0 {
		return defaultMaxBody
	}
	return s.MaxBodyBytes
}

// takesStream tells operations whose body is a stream, such as S3's PutObject.
func (s *service) takesStream(op *wire.Operation) bool {
	input := s.Schema.Shape(op.Input)
	for i := range input.Members {
		if m := &input.Members[i]; m.Name == input.Payload {
			return s.Schema.Shape(m.Shape).Kind == wire.Stream
		}
	}
	return false
}

// restXMLServices are those that speak restXml and are not here.
var restXMLServices = []string{"cloudfront", "route53"}

// refuseUnserved answers a request for a service that is not here, in the
// protocol that it seems to speak.
func (f *Front) refuseUnserved(w http.ResponseWriter, r *http.Request, v *visit, sig *sigv4.Signature) {
	guess := &wire.Service{Name: "aws", Protocol: wire.AWSJSON10}
	switch {
	case r.Header.Get("X-Amz-Target") != "":
	case formVersion(r) != "" || isForm(r):
		guess.Protocol = wire.AWSQuery
	case sig != nil && slices.Contains(restXMLServices, sig.Service):
		guess.Protocol = wire.RestXML
	default:
		guess.Protocol = wire.RestJSON
	}
	refusal := awserr.UnknownOperation()
	if sig != nil {
		refusal = notServed(sig.Service)
	}
	v.code = refusal.Code
	f.cfg.Codecs[guess.Protocol].EncodeError(w, &wire.Request{Request: r, ID: v.id, Service: guess}, refusal)
}
