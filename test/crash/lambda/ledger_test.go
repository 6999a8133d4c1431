package lambda

import (
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	ddbtypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// ledger is what the server has acknowledged, by the way in which it was given.
type ledger struct {
	mu  sync.Mutex
	ids map[string][]string
}

func newLedger() *ledger { return &ledger{ids: map[string][]string{}} }

func (l *ledger) note(way, id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ids[way] = append(l.ids[way], id)
}

func (l *ledger) counts() map[string]int {
	l.mu.Lock()
	defer l.mu.Unlock()
	counts := map[string]int{}
	for way, ids := range l.ids {
		counts[way] = len(ids)
	}
	return counts
}

// await waits until so many more were given in each way.
func (l *ledger) await(t *testing.T, before map[string]int, more int) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		now, enough := l.counts(), true
		for _, w := range ways {
			enough = enough && now[w.name] >= before[w.name]+more
		}
		if enough {
			return
		}
	}
	t.Fatalf("given are %v, and before %v", l.counts(), before)
}

// verify waits until all that was given has been noted by its function.
func (l *ledger) verify(t *testing.T, c clients) {
	t.Helper()
	for _, w := range ways {
		var missing []string
		var times map[string]int
		for deadline := time.Now().Add(3 * time.Minute); ; time.Sleep(100 * time.Millisecond) {
			times, missing = c.noted(t, w.name), nil
			for _, id := range l.ids[w.name] {
				if times[id] == 0 {
					missing = append(missing, id)
				}
			}
			if len(missing) == 0 || time.Now().After(deadline) {
				break
			}
		}
		again := 0
		for _, n := range times {
			again += n - 1
		}
		t.Logf("%s: %d acknowledged, %d noted, %d of them once more", w.name, len(l.ids[w.name]), len(times), again)
		if len(missing) > 0 {
			t.Errorf("%s: %q never reached the function", w.name, missing)
		}
	}
}

// notedCounts returns how much each function has noted.
func (c clients) notedCounts(t *testing.T) map[string]int {
	t.Helper()
	counts := map[string]int{}
	for _, w := range ways {
		counts[w.name] = len(c.noted(t, w.name))
	}
	return counts
}

// awaitNoted waits until each function has noted more than before.
func (c clients) awaitNoted(t *testing.T, before map[string]int) {
	t.Helper()
	for _, w := range ways {
		for deadline := time.Now().Add(time.Minute); len(c.noted(t, w.name)) <= before[w.name]; time.Sleep(50 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("%s: nothing new is noted", w.name)
			}
		}
	}
}

// noted returns how often each thing has reached a function.
func (c clients) noted(t *testing.T, table string) map[string]int {
	t.Helper()
	times := map[string]int{}
	pages := dynamodb.NewScanPaginator(c.dynamodb, &dynamodb.ScanInput{TableName: &table, ConsistentRead: aws.Bool(true)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, item := range page.Items {
			n, err := strconv.Atoi(item["times"].(*ddbtypes.AttributeValueMemberN).Value)
			if err != nil {
				t.Fatal(err)
			}
			times[item["pk"].(*ddbtypes.AttributeValueMemberS).Value] = n
		}
	}
	return times
}
