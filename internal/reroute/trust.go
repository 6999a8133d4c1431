package reroute

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// systemRoots are the files in which systems keep the authorities that they
// trust.
var systemRoots = []string{
	"/etc/ssl/certs/ca-certificates.crt", // Debian, Alpine, Arch
	"/etc/pki/tls/certs/ca-bundle.crt",   // Fedora
	"/etc/ssl/ca-bundle.pem",             // openSUSE
	"/etc/ssl/cert.pem",                  // macOS, BSD
}

// Trust returns a file with the certificates of what the machine trusts and of the
// authority in certificate. It lies beside that, or, where nothing may be written
// there, among the temporary files.
func Trust(certificate string) (bundle string, err error) {
	ours, err := os.ReadFile(certificate)
	if err != nil {
		return "", err
	}
	roots, err := readFirst(systemRoots)
	if err != nil {
		return "", err
	}
	content := append(append(roots, '\n'), ours...)
	bundle = filepath.Join(filepath.Dir(certificate), "ca-bundle.pem")
	if err := replace(bundle, content); errors.Is(err, fs.ErrPermission) {
		bundle = filepath.Join(os.TempDir(), "cloudless-ca-bundle.pem")
		return bundle, replace(bundle, content)
	} else if err != nil {
		return "", err
	}
	return bundle, nil
}

// readFirst reads the first of the files that is there; none is no error.
func readFirst(names []string) ([]byte, error) {
	for _, name := range names {
		content, err := os.ReadFile(name)
		if !errors.Is(err, fs.ErrNotExist) {
			return content, err
		}
	}
	return nil, nil
}

// replace writes a file at once, for those who read it meanwhile.
func replace(name string, content []byte) error {
	f, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+"-")
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	err = errors.Join(err, f.Chmod(0o644), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}
