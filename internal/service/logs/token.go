package logs

import (
	"encoding/base64"
	"encoding/json"

	logsapi "cloudless/internal/api/logs"
)

// Tokens are positions that clients hand back. They are opaque to clients, and
// whatever they hand back is checked.

func badToken() error {
	return logsapi.InvalidParameterException("The specified nextToken is invalid.")
}

func encodeToken(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // tokens are made here, of plain values
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

func decodeToken(token string, v any) error {
	text, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || json.Unmarshal(text, v) != nil {
		return badToken()
	}
	return nil
}
