package truststore

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"
)

var now = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)

// party is a certificate with its key.
type party struct {
	cert *x509.Certificate
	key  crypto.Signer
}

func (p party) pem() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: p.cert.Raw})
}

// issue makes a certificate that by has signed, or that has signed itself.
func issue(t testing.TB, name string, by *party, change ...func(*x509.Certificate)) party {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return issueFor(t, key, name, by, change...)
}

func issueFor(t testing.TB, key crypto.Signer, name string, by *party, change ...func(*x509.Certificate)) party {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(7), Subject: pkix.Name{Country: []string{"US"}, Organization: []string{"Example, Inc."}, CommonName: name},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour), BasicConstraintsValid: true,
	}
	for _, c := range change {
		c(template)
	}
	parent, signer := template, key
	if by != nil {
		parent, signer = by.cert, by.key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return party{cert, key}
}

func authority(c *x509.Certificate) { c.IsCA, c.KeyUsage = true, x509.KeyUsageCertSign }

func expired(c *x509.Certificate) { c.NotAfter = now.Add(-time.Minute) }

// weak is a party whose certificate says that it was signed with SHA-1, which
// nobody here signs with any more.
func weak(p party) party {
	c := *p.cert
	c.SignatureAlgorithm = x509.ECDSAWithSHA1
	return party{&c, p.key}
}

func store(t *testing.T, parties ...party) *Store {
	t.Helper()
	var file []byte
	for _, p := range parties {
		file = append(append(file, "a text between\n"...), p.pem()...)
	}
	s, _, err := Parse(file, now)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestClientsAreTrustedByTheirIssuers(t *testing.T) {
	root := issue(t, "root", nil, authority)
	chain := []party{root}
	for _, name := range []string{"one", "two", "three", "four"} {
		chain = append(chain, issue(t, name, &chain[len(chain)-1], authority))
	}
	one := chain[1]
	stranger, self := issue(t, "stranger", nil, authority), issue(t, "self", nil)
	impostor := issue(t, "root", nil, authority) // has the root's name, not its key
	old := issue(t, "old", nil, authority, expired)
	short, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Skip(err) // a system that makes no such keys
	}

	for _, tt := range []struct {
		name   string
		store  *Store
		client party
		want   error
	}{
		{"of the root", store(t, root), issue(t, "c", &root), nil},
		{"of an authority below it", store(t, root, one), issue(t, "c", &one), nil},
		{"of an authority below it, which the store does not have", store(t, root), issue(t, "c", &one), UnknownIssuer},
		{"of an authority whose root the store does not have", store(t, one), issue(t, "c", &one), nil},
		{"below four authorities", store(t, chain[:4]...), issue(t, "c", &chain[3]), nil},
		{"below five", store(t, chain...), issue(t, "c", &chain[4]), ChainTooLong},
		{"of a stranger", store(t, root), issue(t, "c", &stranger), UnknownIssuer},
		{"of one who has only the name of the root", store(t, root), issue(t, "c", &impostor), UnknownIssuer},
		{"of one who is no authority", store(t, root, self), issue(t, "c", &self), UnknownIssuer},
		{"signed by itself", store(t, root), self, SelfSigned},
		{"signed by itself, which the store has", store(t, root, self), self, nil},
		{"no longer valid", store(t, root), issue(t, "c", &root, expired), Expired},
		{"not valid yet", store(t, root), issue(t, "c", &root, func(c *x509.Certificate) { c.NotBefore = now.Add(time.Minute) }), NotYetValid},
		{"of an authority that is no longer valid", store(t, old), issue(t, "c", &old), Expired},
		{"signed with SHA-1", store(t, root), weak(issue(t, "c", &root)), WeakSignature},
		{"with a short key", store(t, root), issueFor(t, short, "c", &root), WeakKey},
		{"for servers", store(t, root), issue(t, "c", &root, func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth} }), nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if err := tt.store.Verify(tt.client.cert, now); !errors.Is(err, tt.want) {
				t.Errorf("Verify = %v, want %v", err, tt.want)
			}
		})
	}
}

func TestTruststoresAreWarnedOf(t *testing.T) {
	root, old := issue(t, "root", nil, authority), issue(t, "old", nil, authority, expired)
	broken := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte("broken")})
	key := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("passed over")})
	s, warnings, err := Parse(slices.Concat(root.pem(), broken, key, old.pem()), now)
	want := []string{"Certificate 2 of the truststore could not be parsed", `Certificate has expired: C=US,O=Example\, Inc.,CN=old`}
	if err != nil || !slices.Equal(warnings, want) || s.Verify(issue(t, "c", &root).cert, now) != nil {
		t.Errorf("warnings = %q, error %v", warnings, err)
	}
	for name, file := range map[string][]byte{"empty": nil, "of text": []byte("hello"), "of a key": key, "of what is broken": broken} {
		if _, _, err := Parse(file, now); !errors.Is(err, ErrEmpty) {
			t.Errorf("Parse of a file %s: %v", name, err)
		}
	}
	if _, _, err := Parse([]byte(strings.Repeat(string(broken), maxCertificates+1)), now); !errors.Is(err, ErrTooMany) {
		t.Errorf("Parse of too many: %v", err)
	}
}

func TestCertificatesAreDescribedAsOpenSSLDoes(t *testing.T) {
	root := issue(t, "root", nil, authority)
	c := issue(t, "client", &root, func(c *x509.Certificate) { c.NotBefore = time.Date(2026, 3, 4, 3, 6, 7, 0, time.UTC) })
	d := Describe(c.cert)
	if d.PEM != string(c.pem()) || d.Subject != `C=US,O=Example\, Inc.,CN=client` || d.Issuer != `C=US,O=Example\, Inc.,CN=root` || d.Serial != "7" ||
		d.NotBefore != "Mar  4 03:06:07 2026 GMT" || d.NotAfter != "Mar  4 06:06:07 2026 GMT" {
		t.Errorf("%+v", d)
	}
	long, _ := new(big.Int).SetString("a1b2030405060708090a", 16)
	for n, want := range map[*big.Int]string{long: "a1:b2:03:04:05:06:07:08:09:0a", new(big.Int).SetUint64(1<<64 - 1): "18446744073709551615"} {
		if got := serial(n); got != want {
			t.Errorf("serial = %s, want %s", got, want)
		}
	}
}

// FuzzParse checks that no file and no certificate makes the store panic.
func FuzzParse(f *testing.F) {
	root := issue(f, "root", nil, authority)
	client := issue(f, "client", &root)
	f.Add(root.pem(), client.cert.Raw)
	f.Add(append(client.pem(), root.pem()...), root.cert.Raw)
	f.Add([]byte("-----BEGIN CERTIFICATE-----\nMII=\n-----END CERTIFICATE-----\n"), []byte{0x30, 0x00})
	f.Fuzz(func(t *testing.T, file, der []byte) {
		s, _, err := Parse(file, now)
		c, broken := x509.ParseCertificate(der)
		if broken != nil {
			return
		}
		Describe(c)
		if err == nil {
			_ = s.Verify(c, now)
		}
	})
}
