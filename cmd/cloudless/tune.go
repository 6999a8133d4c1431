package main

import (
	"os"
	"runtime"
	"runtime/debug"

	"github.com/KimMachineGun/automemlimit/memlimit"
)

// What the store may remember of what it has read, unless the user says: so
// much of the machine's memory, and no less and no more than these. A read of a
// block that is not there costs 15 to 20 µs more than one that is.
const (
	cacheShare = 16
	leastCache = 64 << 20
	mostCache  = 2 << 30
)

// besideCache is the memory that the rest of the server may take before its
// garbage is collected more often.
const besideCache = 1 << 30

// defaultCacheBytes returns the size of the store's cache on this machine, or in
// this container, if that has a limit of its own.
func defaultCacheBytes() int64 {
	memory, err := memlimit.ApplyFallback(memlimit.FromCgroup, memlimit.FromSystem)()
	if err != nil {
		return leastCache
	}
	return cacheOf(memory)
}

// cacheOf returns the size of the cache on a machine with so many bytes.
func cacheOf(memory uint64) int64 {
	return int64(min(max(memory/cacheShare, leastCache), mostCache))
}

// tune sets what the Go runtime does otherwise by default, unless the
// environment says how it is to be.
//
// A thread in fsync keeps its processor until the runtime's monitor has noticed,
// and on two of them that is half of the server: one more lets the requests go on
// meanwhile. And a server whose live memory is small and whose requests are short is
// better off collecting half as often, for some tens of megabytes more; not so once
// its cache has filled, so there is a limit.
//
// Measured by bench on two cores, beside the bare server: PutItem over 32
// connections from 0.36 to 0.39 up to 0.42 to 0.46, Query from 0.57 to 0.63.
func tune(cacheBytes int64) {
	if os.Getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + 1)
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(200)
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(cacheBytes + cacheBytes/4 + besideCache)
	}
}
