package authority

import (
	"bytes"
	"encoding/pem"
	"strings"
	"testing"

	"github.com/pavlo-v-chernykh/keystore-go/v4"

	"cloudless/internal/clock"
)

func TestJavaStoreHasAllCertificates(t *testing.T) {
	one, two := newAuthority(t, clock.System{}).PEM(), newAuthority(t, clock.System{}).PEM()
	key := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("x")})
	store, err := JavaStore(bytes.Join([][]byte{[]byte("# roots\n"), one, key, two}, nil))
	if err != nil {
		t.Fatal(err)
	}
	ks := keystore.New()
	if err := ks.Load(bytes.NewReader(store), []byte("changeit")); err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, want := range [][]byte{one, two} {
		block, _ := pem.Decode(want)
		for _, alias := range ks.Aliases() {
			entry, err := ks.GetTrustedCertificateEntry(alias)
			if err == nil && bytes.Equal(entry.Certificate.Content, block.Bytes) {
				found++
			}
		}
	}
	if found != 2 || len(ks.Aliases()) != 2 {
		t.Errorf("the store has %v, with %d of 2 certificates", ks.Aliases(), found)
	}
	if _, err := JavaStore([]byte("none")); err == nil || !strings.Contains(err.Error(), "there is no certificate in PEM") {
		t.Errorf("JavaStore of none = %v", err)
	}
}
