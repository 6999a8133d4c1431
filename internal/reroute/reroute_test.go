//go:build linux && (amd64 || arm64)

package reroute

import (
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func TestNameServersOfTheMachine(t *testing.T) {
	for _, tt := range []struct {
		config string
		want   []string
	}{
		{"", []string{"127.0.0.1:53"}},
		{"# nameserver 192.0.2.9\nsearch example\nnameserver 192.0.2.1\nnameserver\t2001:db8::1\nnameserver nonsense\n", []string{"192.0.2.1:53", "[2001:db8::1]:53"}},
		{"nameserver fe80::1%eth0", []string{"[fe80::1%eth0]:53"}},
	} {
		var got []string
		for _, server := range nameServers([]byte(tt.config)) {
			got = append(got, server.String())
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%q: %v, want %v", tt.config, got, tt.want)
		}
	}
}

func TestAddressesOfCalls(t *testing.T) {
	v4 := []byte{unix.AF_INET, 0, 1, 187, 192, 0, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0}
	mapped := append([]byte{unix.AF_INET6, 0, 1, 187, 0, 0, 0, 0}, append(netip.MustParseAddr("::ffff:192.0.2.1").AsSlice(), 0, 0, 0, 0)...)
	for _, tt := range []struct {
		name  string
		bytes []byte
		want  string // "" if it is none
	}{
		{"IPv4", v4, "192.0.2.1:443"},
		{"IPv4 in more room than it needs", append(slices.Clone(v4), make([]byte, 100)...), "192.0.2.1:443"},
		{"IPv4 as IPv6", mapped, "192.0.2.1:443"},
		{"IPv4 cut short", v4[:8], ""},
		{"IPv6 cut short", mapped[:24], ""},
		{"a path", []byte("\x01\x00/run/x"), ""},
	} {
		to, ok := parseAddress(tt.bytes)
		if ok != (tt.want != "") || ok && to.String() != tt.want {
			t.Errorf("%s: %v, %v, want %s", tt.name, to, ok, tt.want)
		}
	}
}

func TestNameServicesAreNotThere(t *testing.T) {
	for path, want := range map[string]bool{
		"/run/systemd/resolve/io.systemd.Resolve": true,
		"/var/run/nscd/socket":                    true,
		"/run/postgresql/.s.PGSQL.5432":           false,
		"":                                        false,
	} {
		if got := isNameService(append([]byte{unix.AF_UNIX, 0}, path...)); got != want {
			t.Errorf("%q: %v", path, got)
		}
	}
}

func TestTrustAddsToWhatTheMachineTrusts(t *testing.T) {
	dir := t.TempDir()
	certificate := filepath.Join(dir, "ca.pem")
	if err := os.WriteFile(certificate, []byte("ours\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 { // again over what is there
		bundle, err := Trust(certificate)
		if err != nil {
			t.Fatal(err)
		}
		content, err := os.ReadFile(bundle)
		if err != nil || !strings.HasSuffix(string(content), "\nours\n") || filepath.Dir(bundle) != dir {
			t.Errorf("%s: %q, %v", bundle, content, err)
		}
	}
	t.Chdir(dir)
	if bundle, err := Trust("ca.pem"); err != nil || bundle != filepath.Join(dir, "ca-bundle.pem") {
		t.Errorf("Trust of a relative name = %s, %v", bundle, err)
	}
	if files, _ := os.ReadDir(dir); len(files) != 2 {
		t.Errorf("%v", files)
	}
	if _, err := Trust(filepath.Join(dir, "nosuch")); err == nil {
		t.Error("a certificate that is not there is trusted")
	}
}

func TestWgetKeepsItsSettings(t *testing.T) {
	dir := t.TempDir()
	bundle, old := filepath.Join(dir, "ca-bundle.pem"), filepath.Join(dir, "settings")
	if err := os.WriteFile(old, []byte("tries = 3"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ old, want string }{
		{old, "tries = 3\nca_certificate = " + bundle + "\n"},
		{filepath.Join(dir, "absent"), "\nca_certificate = " + bundle + "\n"},
	} {
		name, err := Wgetrc(bundle, tt.old)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(name); err != nil || string(got) != tt.want {
			t.Errorf("after %s: %q, %v; want %q", tt.old, got, err, tt.want)
		}
	}
}
