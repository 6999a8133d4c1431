package authority

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"cloudless/internal/clock"
)

func TestAuthorityIsKeptAndReadableByItsOwnerAlone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "authority")
	first, err := Open(dir, clock.System{})
	if err != nil {
		t.Fatal(err)
	}
	second, err := Open(dir, clock.System{})
	if err != nil {
		t.Fatal(err)
	}
	if string(first.PEM()) != string(second.PEM()) {
		t.Error("Open made a new authority where one was kept")
	}
	for name, want := range map[string]os.FileMode{keyFile: 0o600, certFile: 0o644} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("mode of %s = %o, want %o", name, got, want)
		}
	}
}

func TestAuthorityIsMadeAnewWhenExpired(t *testing.T) {
	dir := t.TempDir()
	c := clock.NewFake(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), 1)
	first, err := Open(dir, c)
	if err != nil {
		t.Fatal(err)
	}
	c.Advance(authorityLife + time.Hour)
	second, err := Open(dir, c)
	if err != nil {
		t.Fatal(err)
	}
	if string(first.PEM()) == string(second.PEM()) {
		t.Error("Open returned an expired authority")
	}
}

func TestOpenRefusesDamagedFiles(t *testing.T) {
	for _, tt := range []struct{ name, file, content string }{
		{"key that is no PEM", keyFile, "hello"},
		{"key of another kind", keyFile, "-----BEGIN EC PRIVATE KEY-----\naGVsbG8=\n-----END EC PRIVATE KEY-----\n"},
		{"certificate that is none", certFile, "-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			if _, err := Open(dir, clock.System{}); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, tt.file), []byte(tt.content), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := Open(dir, clock.System{}); err == nil {
				t.Error("Open took it; a lost key must not be replaced silently")
			}
		})
	}
}

func TestOpenRefusesAKeyOfAnotherCertificate(t *testing.T) {
	dir, other := t.TempDir(), t.TempDir()
	for _, d := range []string{dir, other} {
		if _, err := Open(d, clock.System{}); err != nil {
			t.Fatal(err)
		}
	}
	key, err := os.ReadFile(filepath.Join(other, keyFile))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, keyFile), key, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir, clock.System{}); err == nil {
		t.Error("Open took a key that does not belong to the certificate")
	}
}

func TestClientsThatTrustTheAuthorityReachTheNameTheyAskFor(t *testing.T) {
	a := newAuthority(t, clock.System{})
	for _, name := range []string{
		"dynamodb.us-east-1.amazonaws.com",
		"my_bucket.s3.amazonaws.com",
		"localhost",
		"127.0.0.1",
		"a-name-so-long-that-no-common-name-can-hold-it.but-which-is-fine.execute-api.us-east-1.amazonaws.com",
	} {
		t.Run(name, func(t *testing.T) {
			if err := handshake(t, a, name); err != nil {
				t.Errorf("handshake with %s = %v", name, err)
			}
		})
	}
}

// handshake connects a client that trusts a alone and asks for name.
func handshake(t *testing.T, a *Authority, name string) error {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		if c, err := l.Accept(); err == nil {
			_ = tls.Server(c, &tls.Config{GetCertificate: a.GetCertificate}).Handshake()
			c.Close()
		}
	}()
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(a.PEM()) {
		t.Fatal("PEM holds no certificate")
	}
	c, err := tls.Dial("tcp", l.Addr().String(), &tls.Config{ServerName: name, RootCAs: pool})
	if err == nil {
		c.Close()
	}
	return err
}

func TestGetCertificateRefuses(t *testing.T) {
	a := newAuthority(t, clock.System{})
	for _, name := range []string{"", "a..b", "a b", "*.amazonaws.com", "a/b", string(make([]byte, 300))} {
		if _, err := a.GetCertificate(&tls.ClientHelloInfo{ServerName: name}); err == nil {
			t.Errorf("GetCertificate(%q) minted one", name)
		}
	}
}

func TestLeavesAreReusedRenewedAndBounded(t *testing.T) {
	c := clock.NewFake(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), 1)
	a := newAuthority(t, c)
	get := func(name string) *tls.Certificate {
		t.Helper()
		cert, err := a.GetCertificate(&tls.ClientHelloInfo{ServerName: name})
		if err != nil {
			t.Fatal(err)
		}
		return cert
	}
	first := get("a.test")
	if get("A.test.") != first {
		t.Error("the same name was minted twice")
	}
	c.Advance(leafLife - renewBefore)
	if get("a.test") == first {
		t.Error("a leaf near its end was not renewed")
	}
	for i := range 2 * maxLeaves {
		get(fmt.Sprintf("n%d.test", i))
	}
	if n := len(a.leaves.byName); n > maxLeaves {
		t.Errorf("%d leaves kept, want at most %d", n, maxLeaves)
	}
}

func newAuthority(t *testing.T, c clock.Clock) *Authority {
	t.Helper()
	a, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return a
}
