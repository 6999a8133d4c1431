package apigateway

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"regexp"
	"strings"
	"sync"

	"cloudless/internal/api"
	agw "cloudless/internal/api/apigateway"
	"cloudless/internal/awserr"
	"cloudless/internal/service/apigateway/truststore"
	"cloudless/internal/service/apigateway/value"
	"cloudless/internal/storage/kv"
)

// Objects reads objects of S3.
type Objects interface {
	// Open reads an object as the caller; version is "" for its newest.
	Open(ctx context.Context, call *api.Call, bucket, key, version string) (io.ReadCloser, error)
}

// truststoreRecord is the truststore of a domain name, as it was in S3 when the
// name was made or last told of one. As on AWS, what becomes of the object later
// does not matter.
type truststoreRecord struct {
	Form int
	ID   string // drawn anew with each
	PEM  []byte

	from agw.MutualTlsAuthentication // with the warnings
}

var truststoreURI = regexp.MustCompile(`^s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/(.+)$`)

// fetchTruststore reads the truststore that m names, as the caller, and gives m
// the warnings.
func (s *Service) fetchTruststore(ctx context.Context, call *api.Call, m *agw.MutualTlsAuthentication) (*truststoreRecord, error) {
	uri := truststoreURI.FindStringSubmatch(deref(m.TruststoreUri))
	if uri == nil {
		return nil, agw.BadRequestException("Invalid truststore URI: " + deref(m.TruststoreUri))
	}
	object, err := s.objects.Open(ctx, call, uri[1], uri[2], deref(m.TruststoreVersion))
	if err != nil {
		if e := awserr.From(err); e.Status < 500 {
			return nil, agw.BadRequestException("The truststore " + uri[0] + " could not be read: " + e.Message)
		}
		return nil, err
	}
	defer func() { _ = object.Close() }()
	file, err := io.ReadAll(io.LimitReader(object, truststore.MaxBytes+1))
	if err != nil {
		return nil, err
	}
	if len(file) > truststore.MaxBytes {
		return nil, agw.BadRequestException("The truststore " + uri[0] + " has more than 1 MiB")
	}
	_, warnings, err := truststore.Parse(file, s.clock.Now())
	if err != nil {
		return nil, agw.BadRequestException("The truststore " + uri[0] + " cannot be used: " + err.Error())
	}
	m.TruststoreWarnings = warnings
	return &truststoreRecord{Form: form, ID: newID(s.clock, 20), PEM: file, from: *m}, nil
}

// newTruststore reads the truststore that a domain name is going to have, where
// a patch speaks of one. change tells what the patch makes of the name.
func (s *Service) newTruststore(ctx context.Context, call *api.Call, ops []agw.PatchOperation, change func(kv.Reader) (*domainName, error)) (*truststoreRecord, error) {
	var asked bool
	for _, o := range ops {
		asked = asked || strings.HasPrefix(deref(o.Path), "/mutualTlsAuthentication/")
	}
	if !asked {
		return nil, nil
	}
	d, err := view(ctx, s, change)
	if err != nil || d.Domain.MutualTlsAuthentication == nil {
		return nil, err
	}
	return s.fetchTruststore(ctx, call, d.Domain.MutualTlsAuthentication)
}

// giveTo makes t the truststore of a domain name that is to have it; t is nil
// where the name keeps what it has.
func (t *truststoreRecord) giveTo(d *domainName) error {
	m := d.Domain.MutualTlsAuthentication
	switch {
	case m == nil:
		d.Truststore = ""
	case t == nil:
	case deref(m.TruststoreUri) != deref(t.from.TruststoreUri) || deref(m.TruststoreVersion) != deref(t.from.TruststoreVersion):
		return agw.ConflictException("The domain name was changed at the same time")
	default:
		*m, d.Truststore = t.from, t.ID
	}
	return nil
}

// patchTruststoreURI turns mutual TLS on, or off by an empty URI. A version is
// one of an object, and does not outlive its URI.
func patchTruststoreURI(d *agw.DomainName, p patchOp) error {
	if p.op == "remove" || p.text() == "" {
		d.MutualTlsAuthentication = nil
		return nil
	}
	if m := d.MutualTlsAuthentication; m == nil || deref(m.TruststoreUri) != p.text() {
		d.MutualTlsAuthentication = &agw.MutualTlsAuthentication{TruststoreUri: p.value}
	}
	return nil
}

func patchTruststoreVersion(d *agw.DomainName, p patchOp) error {
	version := p.value
	if p.op == "remove" || p.text() == "" {
		version = nil
	}
	if d.MutualTlsAuthentication != nil {
		d.MutualTlsAuthentication.TruststoreVersion = version
	} else if version != nil {
		return agw.BadRequestException("A truststore version requires a truststore URI")
	}
	return nil
}

// maxTruststores bounds how many truststores are kept ready.
const maxTruststores = 64

// truststores keeps truststores ready between calls, by their ids: one that has
// changed has another.
type truststores struct {
	mu   sync.Mutex
	byID map[string]*truststore.Store // guarded by mu
}

func (t *truststores) get(id string) *truststore.Store {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.byID[id]
}

func (t *truststores) put(id string, store *truststore.Store) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.byID == nil || len(t.byID) >= maxTruststores {
		t.byID = map[string]*truststore.Store{}
	}
	t.byID[id] = store
}

// truststoreOf returns the truststore of a domain name.
func (s *Service) truststoreOf(ctx context.Context, d *domain) (*truststore.Store, error) {
	if ready := s.truststores.get(d.owner.Truststore); ready != nil {
		return ready, nil
	}
	record, err := view(ctx, s, func(r kv.Reader) (*truststoreRecord, error) {
		return load[truststoreRecord](r, truststoreKey(d.id))
	})
	if err != nil {
		return nil, err
	}
	store, _, err := truststore.Parse(record.PEM, s.clock.Now())
	if err == nil {
		s.truststores.put(record.ID, store)
	}
	return store, err
}

// errNoCertificate is of connections that were made for another name, or
// without TLS.
var errNoCertificate = errors.New("no client certificate")

// judgeConnection takes down who the client of a call under a domain name is,
// and why not to serve it, if its connection is not one for that name.
func (s *Service) judgeConnection(x *exchange, d *domain, host string) error {
	if d.access != nil {
		return s.judgeAccess(x, d)
	}
	connection := x.request.TLS
	if d.owner.Strict && (connection == nil || lowerName(connection.ServerName) != host) {
		x.untrusted = errors.New("the server name of the handshake is not the host of the request")
		return nil
	}
	if d.owner.Truststore == "" {
		return nil
	}
	if connection == nil || len(connection.PeerCertificates) == 0 {
		x.untrusted = errNoCertificate
		return nil
	}
	store, err := s.truststoreOf(x.request.Context(), d)
	if err != nil {
		return err
	}
	certificate := connection.PeerCertificates[0]
	x.untrusted = store.Verify(certificate, s.clock.Now())
	x.clientCert = newClientCert(certificate)
	return nil
}

// turnAway answers a call that is not to be served as its connection is, and
// logs why.
func (x *exchange) turnAway() error {
	if why, ok := errors.AsType[*refusal](x.untrusted); ok {
		return why
	}
	x.log.add(aboutFailure, "Access denied. Reason: %v", x.untrusted)
	return forbidden()
}

// clientCert is the client's certificate as functions see it.
type clientCert struct {
	PEM          string `json:"clientCertPem"`
	SubjectDN    string `json:"subjectDN"`
	IssuerDN     string `json:"issuerDN"`
	SerialNumber string `json:"serialNumber"`
	Validity     struct {
		NotBefore string `json:"notBefore"`
		NotAfter  string `json:"notAfter"`
	} `json:"validity"`
}

func newClientCert(certificate *x509.Certificate) *clientCert {
	d := truststore.Describe(certificate)
	c := &clientCert{PEM: d.PEM, SubjectDN: d.Subject, IssuerDN: d.Issuer, SerialNumber: d.Serial}
	c.Validity.NotBefore, c.Validity.NotAfter = d.NotBefore, d.NotAfter
	return c
}

// variables are what "$context.identity.clientCert" has.
func (c *clientCert) variables() *value.Map {
	return value.MapOf("clientCertPem", c.PEM, "subjectDN", c.SubjectDN, "issuerDN", c.IssuerDN, "serialNumber", c.SerialNumber,
		"validity", value.MapOf("notBefore", c.Validity.NotBefore, "notAfter", c.Validity.NotAfter))
}
