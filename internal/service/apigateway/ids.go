package apigateway

import "cloudless/internal/clock"

// The lengths of ids.
const (
	apiIDLength        = 10
	resourceIDLength   = 10
	modelIDLength      = 6
	deploymentIDLength = 6
	authorizerIDLength = 6
	apiKeyIDLength     = 10
	usagePlanIDLength  = 6
	validatorIDLength  = 6
)

// newID draws an id of lowercase letters and digits.
func newID(c clock.Clock, length int) string {
	return draw(c, length, "0123456789abcdefghijklmnopqrstuvwxyz")
}

// newKeyValue draws the value of an API key.
func newKeyValue(c clock.Clock) string {
	return draw(c, drawnKeyValue, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
}

// draw draws a text of letters of an alphabet.
func draw(c clock.Clock, length int, alphabet string) string {
	// Above the last multiple of its size, the first letters would be likelier.
	limit := 256 - 256%len(alphabet)
	id := make([]byte, 0, length)
	var b [16]byte
	for {
		_, _ = c.Read(b[:]) // a clock.Clock never fails to
		for _, v := range b {
			if int(v) >= limit {
				continue
			}
			if id = append(id, alphabet[int(v)%len(alphabet)]); len(id) == length {
				return string(id)
			}
		}
	}
}
