package lambda

import (
	"encoding/json"
	"fmt"
	"unicode/utf8"

	lambdaapi "cloudless/internal/api/lambda"
	"cloudless/internal/awserr"
)

// The quotas of payloads, in bytes.
const (
	maxPayloadBytes = 6 << 20
	maxEventBytes   = 1 << 20
)

// checkPayload refuses a payload that is too large or no JSON. None at all is
// allowed.
func checkPayload(payload []byte, limit int) error {
	if len(payload) > limit {
		return payloadTooLarge(len(payload), limit)
	}
	if len(payload) == 0 || json.Valid(payload) && utf8.Valid(payload) && nesting(payload) <= maxNesting {
		return nil
	}
	return lambdaapi.InvalidRequestContentException("Could not parse request body into json: Could not parse payload into json: " + complaint(payload))
}

// nesting returns how deep the arrays and objects of valid JSON lie in each other.
func nesting(payload []byte) (deepest int) {
	depth, quoted := 0, false
	for i := 0; i < len(payload); i++ {
		switch c := payload[i]; {
		case quoted && c == '\\':
			i++ // what is escaped ends nothing
		case c == '"':
			quoted = !quoted
		case !quoted && (c == '[' || c == '{'):
			depth++
			deepest = max(deepest, depth)
		case !quoted && (c == ']' || c == '}'):
			depth--
		}
	}
	return deepest
}

// payloadTooLarge refuses a payload of a size. What is too large for any
// invocation is refused at AWS's front door, and else by what takes events: in
// other words.
func payloadTooLarge(sizeBytes, limit int) error {
	message := fmt.Sprintf("Request must be smaller than %d bytes for the InvokeFunction operation", maxPayloadBytes)
	if sizeBytes <= maxPayloadBytes {
		message = fmt.Sprintf("%d byte payload is too large for the Event invocation type (limit %d bytes)", sizeBytes, limit)
	}
	return &awserr.Error{Code: awserr.CodeRequestTooLarge, Status: 413, Message: message}
}

// complaint says what is wrong with JSON in the words of Jackson, the Java
// library that Lambda reads it with: programs show them to their users.
func complaint(payload []byte) string {
	p := &jsonParser{text: payload, line: 1}
	p.document()
	if p.wrong == "" {
		p.fail("Unexpected character: the payload is no JSON")
	}
	return p.wrong
}
