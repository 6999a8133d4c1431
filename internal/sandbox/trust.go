package sandbox

import (
	"errors"
	"os"
	"path/filepath"

	"cloudless/internal/authority"
)

// trust is where the authority's certificate lies, in the forms in which programs
// read what they trust.
type trust struct {
	pem   string
	store string // for Java
}

// writeTrust writes a certificate into dir.
func writeTrust(dir string, certificate []byte) (trust, error) {
	t := trust{pem: filepath.Join(dir, "ca.pem"), store: filepath.Join(dir, "ca.jks")}
	store, err := authority.JavaStore(certificate)
	if err != nil {
		return t, err
	}
	return t, errors.Join(writeReadable(t.pem, certificate), writeReadable(t.store, store))
}

// writeReadable writes a file that everyone may read, whatever the user's mask says.
func writeReadable(name string, data []byte) error {
	if err := os.WriteFile(name, data, 0o644); err != nil {
		return err
	}
	return os.Chmod(name, 0o644)
}
