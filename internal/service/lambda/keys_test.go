package lambda

import (
	"bytes"
	"fmt"
	"slices"
	"testing"
	"time"
)

// The layout lies in the stores of users: a change here needs a migration.
func TestKeysStayAsTheyAre(t *testing.T) {
	at := time.Date(2026, 3, 1, 12, 0, 0, 5, time.UTC)
	for _, tt := range []struct {
		key  []byte
		want string
	}{
		{functionKey("1", "r", "f"), `"\x02lambda\x00\x02function\x00\x021\x00\x02r\x00\x02f\x00"`},
		{versionKey("1", "r", "f", 2), `"\x02lambda\x00\x02version\x00\x021\x00\x02r\x00\x02f\x00\x15\x02"`},
		{aliasKey("1", "r", "f", "a"), `"\x02lambda\x00\x02alias\x00\x021\x00\x02r\x00\x02f\x00\x02a\x00"`},
		{accountKey("1", "r"), `"\x02lambda\x00\x02account\x00\x021\x00\x02r\x00"`},
		{eventKey("1", "r", "i"), `"\x02lambda\x00\x02event\x00\x021\x00\x02r\x00\x02i\x00"`},
		{queueKey("1", "r", "f", at, "i"), `"\x02lambda\x00\x02queue\x00\x021\x00\x02r\x00\x02f\x008\x18i\xa4*@!\x05\x02i\x00"`},
		{invokeConfigKey("1", "r", "f", "q"), `"\x02lambda\x00\x02invokeconfig\x00\x021\x00\x02r\x00\x02f\x00\x02q\x00"`},
		{layerKey("1", "r", "l"), `"\x02lambda\x00\x02layer\x00\x021\x00\x02r\x00\x02l\x00"`},
		{urlKey("1", "r", "f", "a"), `"\x02lambda\x00\x02url\x00\x021\x00\x02r\x00\x02f\x00\x02a\x00"`},
		{urlIDKey("i"), `"\x02lambda\x00\x02urlid\x00\x02i\x00"`},
		{mappingKey("1", "r", "u"), `"\x02lambda\x00\x02mapping\x00\x021\x00\x02r\x00\x02u\x00"`},
		{MappingsKey(), `"\x02lambda\x00\x02mappings\x00"`},
		{provisionedKey("1", "r", "f", "q"), `"\x02lambda\x00\x02provisioned\x00\x021\x00\x02r\x00\x02f\x00\x02q\x00"`},
		{signingConfigKey("arn:aws:lambda:r:1:code-signing-config:csc-x"), `"\x02lambda\x00\x02signing\x00\x021\x00\x02r\x00\x02csc-x\x00"`},
		{layerVersionKey("1", "r", "l", 2), `"\x02lambda\x00\x02layerversion\x00\x021\x00\x02r\x00\x02l\x00\x15\x02"`},
		{linkKeyKey(), `"\x02lambda\x00\x02linkkey\x00"`},
	} {
		if got := fmt.Sprintf("%q", tt.key); got != tt.want {
			t.Errorf("key %s, want %s", got, tt.want)
		}
	}
}

func TestTheQueueOfAFunctionIsInTheOrderOfTime(t *testing.T) {
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	keys := [][]byte{queueKey("1", "r", "f", at, "k"), queueKey("1", "r", "f", at.Add(time.Millisecond), "j"), queueKey("1", "r", "f", at.Add(time.Hour), "i")}
	if !slices.IsSortedFunc(keys, bytes.Compare) {
		t.Errorf("keys %q", keys)
	}
}
