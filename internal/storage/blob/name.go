package blob

import (
	"fmt"
	"strings"
)

const maxNameBytes = 200

// CheckName returns an error that wraps ErrBadName if name breaks the rules of
// Store.
func CheckName(name string) error {
	if len(name) == 0 || len(name) > maxNameBytes {
		return fmt.Errorf("%w: %d characters", ErrBadName, len(name))
	}
	for element := range strings.SplitSeq(name, "/") {
		if element == "" || element[0] == '.' {
			return fmt.Errorf("%w: %q has the element %q", ErrBadName, name, element)
		}
	}
	for i := range len(name) {
		if !isNameByte(name[i]) {
			return fmt.Errorf("%w: %q has the character %q", ErrBadName, name, name[i])
		}
	}
	return nil
}

func isNameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || strings.IndexByte("-_./", c) >= 0
}
