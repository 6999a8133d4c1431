package front

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strconv"

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
	s := f.choose(r, v.host, sig)
	if s == nil {
		f.refuseUnserved(w, r, v, sig)
		return
	}
	v.service = s
	if isPing(r, s, sig) {
		f.servePing(w, r, v)
		return
	}
	v.request = wire.Request{Request: r, ID: v.id, Service: s.Schema}
	out, err := f.call(w, v, sig, signatureError)
	if err != nil {
		f.refuse(w, v, err)
		return
	}
	if err := s.codec.Encode(w, &v.request, out); err != nil {
		f.log.WarnContext(r.Context(), "answer not sent", "err", err, "request_id", v.id)
	}
}

// refuse answers a call with an error, and logs what the caller is not told.
func (f *Front) refuse(w http.ResponseWriter, v *visit, err error) {
	e := awserr.From(err)
	v.code = e.Code
	s := v.service
	if e.Status >= http.StatusInternalServerError && e.Code != awserr.CodeNotImplemented && v.request.Context().Err() == nil {
		f.log.ErrorContext(v.request.Context(), "operation failed", slog.String("service", s.Schema.Name),
			slog.String("operation", v.operation), slog.Any("err", err), slog.String("request_id", v.id))
	}
	if e.Code == awserr.CodeInternalFailure && s.Schema.InternalError != "" {
		renamed := *e
		renamed.Code = s.Schema.InternalError
		e = &renamed
	}
	s.codec.EncodeError(w, &v.request, e)
}

// call does the operation that the request names: it finds it, checks who
// calls, decodes and runs it.
func (f *Front) call(w http.ResponseWriter, v *visit, sig *sigv4.Signature, signatureError error) (any, error) {
	s, req := v.service, &v.request
	body, err := readBody(w, s, req)
	if err != nil {
		return nil, err
	}
	req.Content = body // not checked yet: a refusal may have to tell what it was
	op, refusal := s.resolve(req, body)
	if refusal != nil {
		return nil, refusal
	}
	v.operation = req.Operation.Name
	if signatureError != nil {
		return nil, signatureError
	}
	who, err := f.identify(v, sig, body)
	if err != nil {
		return nil, err
	}
	v.principal = who.principal.ARN
	if op.Do == nil {
		return nil, awserr.NotImplemented(s.Schema.ID, req.Operation.Name)
	}
	if err := s.open(w, req, who.signed, body); err != nil {
		return nil, err
	}
	in := op.In()
	if err := s.codec.Decode(req, in); err != nil {
		return nil, err
	}
	return op.Do(v.within(req.Context()), f.newCall(req.Request, v, who), in)
}

// caller is who calls, and for which region.
type caller struct {
	principal api.Principal
	region    string
	signed    *sigv4.Verified
}

// identify finds out who calls.
func (f *Front) identify(v *visit, sig *sigv4.Signature, body []byte) (caller, error) {
	s, req := v.service, &v.request
	if sig == nil {
		if !req.Operation.Anonymous && s.Schema.Protocol != wire.RestXML {
			return caller{}, sigv4.MissingAuthenticationToken()
		}
		unsigned, err := sigv4.Unsigned(req.Request)
		return caller{principal: anonymous(), signed: unsigned}, err
	}
	if sig.Service != s.Schema.Scope() {
		return caller{}, &awserr.Error{Code: awserr.CodeInvalidSignature, Status: http.StatusForbidden,
			Message: "Credential should be scoped to correct service: '" + s.Schema.Scope() + "'. "}
	}
	principal, signed, err := f.authenticate(req.Request, v, sig, body)
	return caller{principal, sig.Region, signed}, err
}

// readBody reads a body whole, for its hash and for the parameters of awsQuery.
// It returns nil for those of REST with XML: S3's signatures tell the hash, and
// its bodies may be huge.
func readBody(w http.ResponseWriter, s *service, req *wire.Request) ([]byte, error) {
	if s.Schema.Protocol == wire.RestXML {
		return nil, nil
	}
	from, limit := io.Reader(req.Body), s.maxBody()
	if req.ContentLength < 0 || req.ContentLength > limit {
		from = http.MaxBytesReader(w, req.Body, limit)
	}
	body, err := readAll(from, req.ContentLength)
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
		if _, refusal := s.resolve(req, nil); refusal != nil {
			req.Operation = &wire.Operation{Name: "requested"}
		}
		return nil, wire.TooLarge(req, tooLarge.Limit)
	}
	if err != nil {
		return nil, awserr.Serialization("the body could not be read").Because(err)
	}
	return body, nil
}

// readAll reads what is expected to be n bytes, or of a length that is not
// known, -1. It returns no nil slice.
func readAll(from io.Reader, n int64) ([]byte, error) {
	const leastRoom, mostRoom = 512, 64 << 10 // what is said to come may never do so
	if n < 0 {
		n = leastRoom
	}
	b := make([]byte, 0, min(n, mostRoom)+1)
	for {
		read, err := from.Read(b[len(b):cap(b)])
		b = b[:len(b)+read]
		if err == io.EOF {
			return b, nil
		}
		if err != nil {
			return b, err
		}
		if len(b) == cap(b) {
			b = slices.Grow(b, len(b))
		}
	}
}

// open gives the request the content of its body, as it was signed: checked, if
// it was read whole, and else to be read.
func (s *service) open(w http.ResponseWriter, req *wire.Request, signed *sigv4.Verified, body []byte) (err error) {
	streams := s.takesStream(req.Operation)
	if body != nil {
		req.Content, err = signed.Content(body)
		if streams {
			req.Body = io.NopCloser(bytes.NewReader(req.Content))
		}
		return err
	}
	req.Body = signed.Body(req.Body)
	if n := signed.Length(); n >= 0 {
		// Framed content has a length of its own, and may come without that of the body.
		req.ContentLength = n
		req.Header.Set("Content-Length", strconv.FormatInt(n, 10))
	}
	if !streams {
		req.Body = http.MaxBytesReader(w, req.Body, s.maxBody())
	}
	return nil
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
	if input.Payload == "" {
		return false
	}
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
