package apigateway

import "cloudless/internal/clock"

// The lengths of ids.
const (
	apiIDLength        = 10
	resourceIDLength   = 10
	modelIDLength      = 6
	deploymentIDLength = 6
	authorizerIDLength = 6
)

// newID draws an id of lowercase letters and digits.
func newID(c clock.Clock, length int) string {
	const alphabet = "0123456789abcdefghijklmnopqrstuvwxyz"
	id := make([]byte, 0, length)
	var b [16]byte
	for {
		_, _ = c.Read(b[:]) // a clock.Clock never fails to
		for _, v := range b {
			// 252 is 7 times 36: above it, the first letters would be likelier.
			if v >= 252 {
				continue
			}
			if id = append(id, alphabet[int(v)%len(alphabet)]); len(id) == length {
				return string(id)
			}
		}
	}
}
