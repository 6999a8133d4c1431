package s3

import (
	"net/http"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	s3api "cloudless/internal/api/s3"
)

const (
	maxObjectTags = 10
	maxBucketTags = 50
	maxTagKey     = 128 // characters
	maxTagValue   = 256 // characters
)

// checkObjectTags refuses tags that S3 does not take for an object.
func checkObjectTags(tags []s3api.Tag) error {
	if len(tags) > maxObjectTags {
		return refuse(http.StatusBadRequest, "BadRequest", "Object tags cannot be greater than 10")
	}
	return checkTags(tags)
}

// checkBucketTags refuses tags that S3 does not take for a bucket.
func checkBucketTags(tags []s3api.Tag) error {
	if len(tags) > maxBucketTags {
		return refuse(http.StatusBadRequest, "BadRequest", "Bucket tag count cannot be greater than 50")
	}
	return checkTags(tags)
}

func checkTags(tags []s3api.Tag) error {
	seen := map[string]bool{}
	for _, t := range tags {
		switch {
		case seen[t.Key]:
			return invalidTag("Cannot provide multiple Tags with the same key", t.Key)
		case strings.HasPrefix(t.Key, "aws:"):
			return invalidTag("System tags cannot be added/updated by requester", t.Key)
		case t.Key == "" || utf8.RuneCountInString(t.Key) > maxTagKey || !isTagText(t.Key):
			return invalidTag("The TagKey you have provided is invalid", t.Key)
		case utf8.RuneCountInString(t.Value) > maxTagValue || !isTagText(t.Value):
			return invalidTag("The TagValue you have provided is invalid", t.Key)
		}
		seen[t.Key] = true
	}
	return nil
}

// isTagText reports whether a text has only letters, digits, spaces and the
// signs that tags may have.
func isTagText(text string) bool {
	for _, r := range text {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsSpace(r) && !strings.ContainsRune("_.:/=+-@", r) {
			return false
		}
	}
	return utf8.ValidString(text)
}

// parseTagging reads the value of the x-amz-tagging header: tags as query
// parameters.
func parseTagging(text string) ([]s3api.Tag, error) {
	var tags []s3api.Tag
	seen := map[string]bool{}
	for pair := range strings.SplitSeq(text, "&") {
		if pair == "" {
			continue
		}
		k, v, _ := strings.Cut(pair, "=")
		key, errKey := url.QueryUnescape(k)
		value, errValue := url.QueryUnescape(v)
		if errKey != nil || errValue != nil || seen[key] || !isTagText(key) || !isTagText(value) {
			return nil, invalidArgument("x-amz-tagging", text, "The header 'x-amz-tagging' shall be encoded as UTF-8 "+
				"then URLEncoded URL query parameters without tag name duplicates.")
		}
		seen[key] = true
		tags = append(tags, s3api.Tag{Key: key, Value: value})
	}
	return tags, checkObjectTags(tags)
}
