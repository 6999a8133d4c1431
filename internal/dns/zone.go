package dns

import "strings"

// Domains are those of AWS's endpoints, in all of its partitions.
func Domains() []string {
	return []string{".amazonaws.com", ".amazonaws.com.cn", ".api.aws", ".on.aws"}
}

// isEndpoint reports whether a name is one of AWS's: the name of an endpoint,
// however deep, in any of its partitions.
func isEndpoint(name string) bool {
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	for _, suffix := range Domains() {
		if strings.HasSuffix(name, suffix) && len(name) > len(suffix) {
			return true
		}
	}
	return false
}
