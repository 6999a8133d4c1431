package reroute

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"cloudless/internal/atomicfile"
)

// systemRoots are the files in which systems keep the authorities that they
// trust.
var systemRoots = []string{
	"/etc/ssl/certs/ca-certificates.crt", // Debian, Alpine, Arch
	"/etc/pki/tls/certs/ca-bundle.crt",   // Fedora
	"/etc/ssl/ca-bundle.pem",             // openSUSE
	"/etc/ssl/cert.pem",                  // macOS, BSD
}

// readable is the mode of what is no secret.
const readable = 0o644

// Trust returns a file with the certificates of what the machine trusts and of the
// authority in certificate. It lies beside that, or, where nothing may be written
// there, among the temporary files.
// Its name is absolute: the command may go to another directory.
func Trust(certificate string) (bundle string, err error) {
	if certificate, err = filepath.Abs(certificate); err != nil {
		return "", err
	}
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
	if err := atomicfile.Write(bundle, content, readable); errors.Is(err, fs.ErrPermission) {
		bundle = filepath.Join(os.TempDir(), "cloudless-ca-bundle.pem")
		return bundle, atomicfile.Write(bundle, content, readable)
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

// systemWgetrc is where wget looks for the machine's settings.
const systemWgetrc = "/etc/wgetrc"

// Wgetrc returns a file with the settings of wget, to be named by SYSTEM_WGETRC, by which it
// trusts what is in a bundle (see [Trust]): those of the file old, or, if that is empty, of
// the machine, and that one. It lies beside the bundle.
func Wgetrc(bundle, old string) (name string, err error) {
	if old == "" {
		old = systemWgetrc
	}
	settings, err := readFirst([]string{old})
	if err != nil {
		return "", err
	}
	name = strings.TrimSuffix(bundle, ".pem") + ".wgetrc"
	return name, atomicfile.Write(name, append(settings, "\nca_certificate = "+bundle+"\n"...), readable)
}
