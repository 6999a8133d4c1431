package apigateway

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	agw "cloudless/internal/api/apigateway"
)

// cacheSizes are the sizes that a cluster may have, in gigabytes.
var cacheSizes = []string{"0.5", "1.6", "6.1", "13.5", "28.4", "58.2", "118", "237"}

// maxTTLInSeconds is how long an answer may be cached.
const maxTTLInSeconds = 3600

// cacheCluster is where the answers of a stage are cached.
type cacheCluster struct {
	key   string // of the stage's record
	life  string // what is cached in another life is forgotten
	bytes int64
}

// setCluster switches the cluster of a stage on or off, or changes its size; ""
// is the size that it has, or else the smallest. A cluster that changes begins
// empty. It is there at once, where AWS's takes some minutes.
func (st *stage) setCluster(enabled bool, size string) error {
	s := &st.Stage
	if size == "" {
		size = s.CacheClusterSize
	}
	if enabled && size == "" {
		size = cacheSizes[0]
	}
	if size != "" && !slices.Contains(cacheSizes, size) {
		return agw.BadRequestException("Invalid cache cluster size specified: " + size + ". Valid options are " + strings.Join(cacheSizes, ", "))
	}
	if deref(s.CacheClusterEnabled) != enabled || s.CacheClusterSize != size {
		st.CacheLife++
	}
	s.CacheClusterEnabled, s.CacheClusterSize, s.CacheClusterStatus = &enabled, size, "NOT_AVAILABLE"
	if enabled {
		s.CacheClusterStatus = "AVAILABLE"
	}
	return nil
}

// patchCluster patches the cluster of a stage. It reports whether the patch is
// of this kind.
func patchCluster(st *stage, o agw.PatchOperation) (bool, error) {
	path := deref(o.Path)
	switch {
	case o.Op != "replace":
		return false, nil
	case path == "/cacheClusterEnabled":
		enabled, err := strconv.ParseBool(strings.ToLower(deref(o.Value)))
		if err != nil {
			return true, agw.BadRequestException("Invalid value for cacheClusterEnabled: " + deref(o.Value))
		}
		return true, st.setCluster(enabled, "")
	case path == "/cacheClusterSize":
		return true, st.setCluster(deref(st.Stage.CacheClusterEnabled), deref(o.Value))
	}
	return false, nil
}

// cluster returns the cluster of a stage, or nil where it has none.
func (st *stage) cluster(apiID string) *cacheCluster {
	if !deref(st.Stage.CacheClusterEnabled) {
		return nil
	}
	gigabytes, err := strconv.ParseFloat(st.Stage.CacheClusterSize, 64)
	if err != nil {
		return nil // none is kept that is no size
	}
	return &cacheCluster{key: string(stageKey(apiID, *st.Stage.StageName)), bytes: int64(gigabytes * (1 << 30)),
		life: fmt.Sprint(st.Stage.CreatedDate.UnixNano(), " ", st.CacheLife)}
}

// What may become of a client that may not invalidate the cache.
const (
	failWith403       = "FAIL_WITH_403"
	succeedWithHeader = "SUCCEED_WITH_RESPONSE_HEADER"
	succeedSilently   = "SUCCEED_WITHOUT_RESPONSE_HEADER"
)

// setTTL sets for how many seconds answers are cached.
func setTTL(m *agw.MethodSetting, text string) error {
	if err := setNumber(&m.CacheTtlInSeconds, text); err != nil {
		return err
	}
	if ttl := *m.CacheTtlInSeconds; ttl < 0 || ttl > maxTTLInSeconds {
		return agw.BadRequestException("Invalid cache TTL specified: " + text + ". Must be between 0 and 3600")
	}
	return nil
}

// setStrategy sets what becomes of a client that may not invalidate the cache.
func setStrategy(m *agw.MethodSetting, text string) error {
	valid := []string{failWith403, succeedWithHeader, succeedSilently}
	if !slices.Contains(valid, text) {
		return agw.BadRequestException("Invalid unauthorized cache control header strategy specified: " + text + ". Valid options are " + strings.Join(valid, ", "))
	}
	m.UnauthorizedCacheControlHeaderStrategy = text
	return nil
}

// checkCacheKeys refuses keys that neither the method nor the mappings of its
// integration declare.
func checkCacheKeys(m *agw.Method, i *agw.Integration) error {
	for _, key := range i.CacheKeyParameters {
		_, mapped := i.RequestParameters[key]
		src, ok := parseSource(key, requestPrefix, placesOfRequest)
		known := ok && strings.HasPrefix(key, requestPrefix) && src.kind != fromBody && declared(m, src)
		if !mapped && !known {
			return agw.BadRequestException("Invalid cache key parameter specified")
		}
	}
	return nil
}
