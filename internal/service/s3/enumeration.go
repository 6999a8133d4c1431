package s3

import s3api "cloudless/internal/api/s3"

// enumeration returns the values that S3's model lists for an enumeration,
// which the codec of S3 does not check.
func enumeration(shape string) []string {
	for i := range s3api.Schema.Shapes {
		if s := &s3api.Schema.Shapes[i]; s.Name == shape {
			return s.Enum
		}
	}
	return nil
}
