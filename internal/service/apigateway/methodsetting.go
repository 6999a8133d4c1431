package apigateway

import (
	"slices"
	"strconv"
	"strings"

	agw "cloudless/internal/api/apigateway"
)

// defaultMethodSetting is what AWS shows of a method as soon as anything is set
// for it.
func defaultMethodSetting() agw.MethodSetting {
	return agw.MethodSetting{
		CacheDataEncrypted: new(false), CacheTtlInSeconds: new(int64(300)), CachingEnabled: new(false), DataTraceEnabled: new(false),
		MetricsEnabled: new(false), RequireAuthorizationForCacheControl: new(true), ThrottlingBurstLimit: new(int64(5000)),
		ThrottlingRateLimit: new(10000.0), UnauthorizedCacheControlHeaderStrategy: "SUCCEED_WITH_RESPONSE_HEADER",
	}
}

// cutMethodSetting takes the path of a patch apart that sets something for a
// method, or for all by "*/*": /{path}/{method}/throttling/rateLimit. The key
// stays escaped, as AWS keeps it.
func cutMethodSetting(path string) (key, setting string, ok bool) {
	for _, setting := range methodSettings {
		if key, found := strings.CutSuffix(path, "/"+setting); found {
			key = strings.TrimPrefix(key, "/")
			return key, setting, strings.Contains(key, "/")
		}
	}
	return "", "", false
}

// patchMethodSetting sets something for a method of a stage, or takes all away
// that is set for it. It reports whether the patch is of this kind.
func patchMethodSetting(st *agw.Stage, o agw.PatchOperation) (bool, error) {
	path := deref(o.Path)
	if o.Op == "remove" {
		key := strings.TrimPrefix(path, "/")
		if _, found := st.MethodSettings[key]; found {
			delete(st.MethodSettings, key)
			return true, nil
		}
		return false, nil
	}
	key, setting, ok := cutMethodSetting(path)
	if !ok || o.Op != "replace" {
		return false, nil
	}
	m, found := st.MethodSettings[key]
	if !found {
		m = defaultMethodSetting()
	}
	if err := setMethodSetting(&m, setting, deref(o.Value)); err != nil {
		return true, err
	}
	if st.MethodSettings == nil {
		st.MethodSettings = map[string]agw.MethodSetting{}
	}
	st.MethodSettings[key] = m
	return true, nil
}

func setMethodSetting(m *agw.MethodSetting, setting, text string) error {
	switch setting {
	case "throttling/burstLimit":
		return setNumber(&m.ThrottlingBurstLimit, text)
	case "throttling/rateLimit":
		rate, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return agw.BadRequestException("Invalid number specified: " + text)
		}
		m.ThrottlingRateLimit = &rate
		return nil
	case "logging/loglevel":
		if !slices.Contains([]string{"OFF", "ERROR", "INFO"}, text) {
			return agw.BadRequestException("Invalid logging level specified: " + text + ". Valid options are OFF, ERROR, INFO")
		}
		m.LoggingLevel = &text
		return nil
	case "logging/dataTrace":
		m.DataTraceEnabled = new(text == "true")
		return nil
	case "caching/ttlInSeconds":
		return setTTL(m, text)
	case "caching/dataEncrypted":
		m.CacheDataEncrypted = new(text == "true")
		return nil
	case "caching/requireAuthorizationForCacheControl":
		m.RequireAuthorizationForCacheControl = new(text == "true")
		return nil
	case "caching/unauthorizedCacheControlHeaderStrategy":
		return setStrategy(m, text)
	case "caching/enabled":
		m.CachingEnabled = new(text == "true")
		return nil
	}
	m.MetricsEnabled = new(text == "true") // metrics/enabled
	return nil
}

// normalSettings returns settings by plain paths: "/pets/{id}/GET", and "*/*".
func normalSettings(settings map[string]agw.MethodSetting) map[string]agw.MethodSetting {
	out := make(map[string]agw.MethodSetting, len(settings))
	for key, setting := range settings {
		if key = unescapePointer(key); key != "*/*" {
			key = "/" + strings.TrimLeft(key, "/")
		}
		out[key] = setting
	}
	return out
}

// isSet reports whether anything is set for a method by itself.
func (d *deployed) isSet(path, httpMethod string) bool {
	_, found := d.settings["/"+strings.TrimLeft(path+"/"+httpMethod, "/")]
	return found
}

// settingFor returns what is set for a method: for itself, else for all.
func (d *deployed) settingFor(path string, httpMethods ...string) (agw.MethodSetting, bool) {
	if len(d.settings) == 0 {
		return agw.MethodSetting{}, false
	}
	for _, httpMethod := range httpMethods {
		if setting, found := d.settings["/"+strings.TrimLeft(path+"/"+httpMethod, "/")]; found {
			return setting, true
		}
	}
	setting, found := d.settings["*/*"]
	return setting, found
}
