package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/cockroachdb/pebble/v2"
	"github.com/cockroachdb/pebble/v2/bloom"
)

// What a PutItem of 200 bytes sets in the store: a tuple of the service, the
// table's number, a hash of the partition key and that key; and the item with
// its header, its names and lengths.
const (
	engineWriters    = 64
	engineKeyBytes   = 46
	engineValueBytes = 211
)

// runEngine measures durable writes beside those of the engine alone: Pebble
// in this process, set up as cloudless does, on the same disk, with batches of
// the same one key and value.
func runEngine(ctx context.Context, b *bench) (section, error) {
	s, err := b.target(ctx)
	if err != nil {
		return section{}, err
	}
	plain, _ := b.datasets()
	if err := prepare(ctx, s, plain); err != nil {
		return section{}, err
	}
	e, err := b.openEngine()
	if err != nil {
		return section{}, err
	}
	defer e.Close()
	t := section{title: "Durable writes, beside the engine alone", header: []string{" what", "writers", "per second", "p50", "p99", "CPU for one", "ratio (least–most)"}}
	clients := []string{clientLean, clientHTTP}
	ours, bare, alone := make([][]sample, len(clients)), make([][]sample, len(clients)), []sample(nil)
	puts := plain.puts()
	for k := range b.rounds + 1 {
		var lanes []*lane
		for c, client := range clients {
			requests, err := puts(ctx, s, enough(ours[c]))
			if err != nil {
				return section{}, err
			}
			p := profile{name: "PutItem", connections: engineWriters, client: client}
			lanes = append(lanes, newLane(s, p, requests), newBareLane(b.bare, p, requests, len("{}")))
		}
		run := &engineRun{engine: e}
		length := b.length
		if k == 0 {
			length /= 2 // to warm up
		}
		all, err := roundWith(ctx, length, run, lanes...)
		if err != nil {
			return section{}, err
		}
		alone = append(alone, run.sample())
		for c := range clients {
			ours[c], bare[c] = append(ours[c], all[2*c]), append(bare[c], all[2*c+1])
		}
	}
	line := func(name string, m sample, ratio string) {
		t.rows = append(t.rows, []string{name, fmt.Sprint(engineWriters), fmt.Sprintf("%.0f", m.perSecond),
			milliseconds(m.p50), milliseconds(m.p99), microseconds(m.cpu), ratio})
	}
	line("Pebble alone, one set in a batch, synced", medians(alone[1:]), "1")
	for k, client := range clients {
		name := "PutItem, 200 bytes, from the client " + client
		t.wrong(name, append(ours[k], bare[k]...))
		line(name, medians(ours[k][1:]), ratios(ours[k][1:], alone[1:]).String())
		line("the same requests to the bare net/http server", medians(bare[k][1:]), ratios(bare[k][1:], alone[1:]).String())
	}
	t.notes = append(t.notes, fmt.Sprintf("Pebble sets keys of %d bytes to values of %d, as a PutItem does. It has the cores to itself; "+
		"PutItem shares them with the load generator, whose part is not in the CPU for one.", engineKeyBytes, engineValueBytes))
	return t, nil
}

// engine is Pebble alone, with as many keys as the table has items.
type engine struct {
	*pebble.DB
	keys   [][]byte
	values []string
}

// openEngine opens Pebble with the options that cloudless gives it, and fills
// it.
func (b *bench) openEngine() (*engine, error) {
	dir, err := b.tempDir()
	if err != nil {
		return nil, err
	}
	o := &pebble.Options{
		FormatMajorVersion:          pebble.FormatValueSeparation,
		CacheSize:                   64 << 20,
		MemTableSize:                16 << 20,
		MemTableStopWritesThreshold: 4,
		CompactionConcurrencyRange:  func() (lower, upper int) { return 1, max(2, runtime.GOMAXPROCS(0)/2) },
		Logger:                      quiet{},
	}
	for i := range o.Levels {
		o.Levels[i].FilterPolicy = bloom.FilterPolicy(10)
	}
	o.WithFSDefaults()
	db, err := pebble.Open(filepath.Join(dir, "pebble"), o)
	if err != nil {
		return nil, err
	}
	e := &engine{DB: db}
	for i := range b.items {
		e.keys = append(e.keys, engineKey(i))
	}
	for i := range 1000 {
		e.values = append(e.values, noise(rand.NewPCG(uint64(i), 0), engineValueBytes))
	}
	for chunk := range slices.Chunk(e.keys, 1000) {
		batch := db.NewBatch()
		for _, key := range chunk {
			if err := batch.Set(key, []byte(e.values[0]), nil); err != nil {
				return nil, errors.Join(err, db.Close())
			}
		}
		if err := batch.Commit(pebble.Sync); err != nil {
			return nil, errors.Join(err, db.Close())
		}
	}
	return e, nil
}

// engineKey returns a key of the form and length that an item's has: the same
// 27 bytes, then 4 that are anywhere, then the partition key.
func engineKey(i int) []byte {
	key := append(make([]byte, 0, engineKeyBytes), "\x02dynamodb\x00\x02data\x00\x2812345678\x20\x24"...)
	key = binary.BigEndian.AppendUint32(key, uint32(rand.NewPCG(uint64(i), 0).Uint64()))
	return append(append(append(key, 1), partitionKey(i)...), 0)
}

// engineRun is the engine under load for one round.
type engineRun struct {
	*engine
	times     []time.Duration
	took, cpu time.Duration
}

// turn implements turner: many goroutines commit batches of one set, each
// durable before the next of the same goroutine.
func (r *engineRun) turn(ctx context.Context, length time.Duration) error {
	var (
		group sync.WaitGroup
		times = make([][]time.Duration, engineWriters)
		errs  = make([]error, engineWriters)
		cpu   = ownCPUTime()
		begin = time.Now()
	)
	for w := range engineWriters {
		group.Go(func() {
			for ctx.Err() == nil && errs[w] == nil {
				start := time.Now()
				if start.Sub(begin) > length {
					return
				}
				errs[w] = r.commit()
				times[w] = append(times[w], time.Since(start))
			}
		})
	}
	group.Wait()
	r.took += time.Since(begin)
	r.cpu += ownCPUTime() - cpu
	r.times = append(r.times, slices.Concat(times...)...)
	return errors.Join(append(errs, ctx.Err())...)
}

func (r *engineRun) sample() sample {
	slices.Sort(r.times)
	n := len(r.times)
	return sample{perSecond: float64(n) / r.took.Seconds(), p50: percentile(r.times, 50), p99: percentile(r.times, 99), cpu: r.cpu / time.Duration(n)}
}

func (e *engine) commit() error {
	batch := e.NewBatch()
	if err := batch.Set(e.keys[rand.IntN(len(e.keys))], []byte(e.values[rand.IntN(len(e.values))]), nil); err != nil {
		return err
	}
	if err := batch.Commit(pebble.Sync); err != nil {
		return err
	}
	return batch.Close()
}

// quiet is a logger that says nothing.
type quiet struct{}

func (quiet) Infof(string, ...any)  {}
func (quiet) Errorf(string, ...any) {}
func (quiet) Fatalf(format string, args ...any) {
	panic(fmt.Sprintf(format, args...)) // Pebble does not go on after this
}
