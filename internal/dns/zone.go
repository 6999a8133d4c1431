package dns

import "strings"

// isEndpoint reports whether a name is one of AWS's: the name of an endpoint,
// however deep, in any of its partitions.
func isEndpoint(name string) bool {
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	for _, suffix := range []string{".amazonaws.com", ".amazonaws.com.cn", ".api.aws", ".on.aws"} {
		if strings.HasSuffix(name, suffix) && len(name) > len(suffix) {
			return true
		}
	}
	return false
}
