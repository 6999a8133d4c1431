package apigateway

import "cloudless/internal/awserr"

// template is a mapping template.
type template struct{}

// parseTemplate parses a template.
func parseTemplate(string) (*template, error) {
	return nil, awserr.Unsupported("mapping templates")
}

// render evaluates the template with a body as its input.
func (t *template) render(*exchange, []byte) ([]byte, error) {
	return nil, awserr.Unsupported("mapping templates")
}
