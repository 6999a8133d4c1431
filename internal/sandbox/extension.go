package sandbox

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"cloudless/internal/sandbox/driver"
	"cloudless/internal/sandbox/runtimeapi"
)

const (
	extensionsDir = optDir + "/extensions"

	// How long an environment's end may take, as on Lambda: with external
	// extensions, with internal ones only. Without any it takes no time.
	externalShutdown = 2 * time.Second
	internalShutdown = 500 * time.Millisecond
	// runtimeShare is the part of it that the runtime has, before the extensions.
	runtimeShare = 0.3
)

// notForExtensions are the variables that only the runtime's process has.
var notForExtensions = []string{
	"_HANDLER", "AWS_EXECUTION_ENV", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME", "AWS_XRAY_CONTEXT_MISSING",
	"AWS_XRAY_DAEMON_ADDRESS", "LAMBDA_RUNTIME_DIR", "LAMBDA_TASK_ROOT", "_AWS_XRAY_DAEMON_ADDRESS", "_AWS_XRAY_DAEMON_PORT",
	"_LAMBDA_TELEMETRY_LOG_FD",
}

// extensionError says that an extension is the reason why a function does not
// start.
type extensionError struct{ runtimeapi.Breakage }

func (e *extensionError) Error() string { return e.Type + ": " + e.Detail }

// startExtensions starts the programs in /opt/extensions, and returns when all of
// them have registered: the runtime comes after them.
func (m *Manager) startExtensions(ctx context.Context, e *environment, vars []string) error {
	names := e.code.extensions()
	if len(names) == 0 {
		return nil
	}
	box, ok := e.box.(driver.Companions)
	if !ok {
		m.cfg.Log.Warn("extensions do not run without isolation", "function", e.fn.Name, "extensions", names)
		return nil
	}
	if len(names) > runtimeapi.MaxExtensions {
		return &extensionError{runtimeapi.Breakage{Type: "Extension.LaunchError", Detail: fmt.Sprintf("Extension limit (%d) reached", runtimeapi.MaxExtensions)}}
	}
	e.companions, e.gone = names, make(chan string, len(names))
	e.api.Expect(runtimeapi.FunctionInfo{Name: e.fn.Name, Version: e.fn.Version, Handler: e.fn.Handler, Account: e.fn.Account}, names)
	vars = slices.DeleteFunc(slices.Clone(vars), func(v string) bool {
		name, _, _ := strings.Cut(v, "=")
		return slices.Contains(notForExtensions, name)
	})
	for _, name := range names {
		if err := m.startExtension(ctx, e, box, name, vars); err != nil {
			return err
		}
	}
	select {
	case <-e.api.Registered():
		return nil
	case b := <-e.api.Broken():
		return &extensionError{b}
	case <-e.box.Done():
		return &extensionError{runtimeapi.Breakage{Type: "Extension.Crash", Detail: exitReason(e.box.Exit())}}
	case <-m.cfg.Clock.After(m.cfg.InitTimeout):
		return &extensionError{runtimeapi.Breakage{Type: "Extension.InitError", Detail: "an extension has not registered in time"}}
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (m *Manager) startExtension(ctx context.Context, e *environment, box driver.Companions, name string, vars []string) error {
	out, err := e.out.companion()
	if err != nil {
		return err
	}
	defer out.Close()
	c := driver.Command{Args: []string{path.Join(extensionsDir, name)}, Env: vars, Dir: "/", Output: out, Frames: out}
	err = box.Start(ctx, c, func(exit driver.Exit) {
		e.api.Gone(name, howEnded(exit))
		e.gone <- name
	})
	if broken, ok := errors.AsType[*driver.StartError](err); ok {
		return &extensionError{runtimeapi.Breakage{Type: "Extension.LaunchError", Detail: broken.Error()}}
	}
	return err
}

// howEnded says how an extension's process ended.
func howEnded(exit driver.Exit) string {
	if exit.Signal == 0 && exit.Code == 0 {
		return "exit code 0"
	}
	return strings.TrimPrefix(exitReason(exit), "Runtime exited with error: ")
}

// ended is closed when the function's program has ended. Its extensions may live.
func (e *environment) ended() <-chan struct{} {
	if box, ok := e.box.(driver.Companions); ok {
		return box.Ended()
	}
	return e.box.Done()
}

// stop ends a function that cannot go on, and keeps its files: at once, unless there are extensions
// that have to hear of it, which end does.
func (e *environment) stop(reason string) {
	e.ending = reason
	e.keep()
	if len(e.api.Extensions()) == 0 {
		e.box.Kill()
	}
}

// shutDown gives runtime and extensions their last word: SIGTERM for the one, an
// event for the others. What has not ended then is killed by its caller.
func (e *environment) shutDown() {
	if e.api == nil {
		return
	}
	all := e.api.Extensions()
	box, ok := e.box.(driver.Companions)
	if len(all) == 0 || !ok {
		return
	}
	limit := internalShutdown
	if len(e.companions) > 0 {
		limit = externalShutdown
	}
	_ = e.box.Thaw() // what has ended, or was not frozen, does not mind
	e.telemetry.thaw()
	deadline := e.clock.Now().Add(limit)
	_ = box.Signal(term)
	select {
	case <-box.Ended():
	case <-e.clock.After(time.Duration(float64(limit) * runtimeShare)):
		_ = box.Signal(killed)
	case <-e.cut:
		return
	}
	e.out.drain()
	e.telemetry.flush(e.cut)
	reason := e.ending
	if reason == "" {
		reason = "spindown"
	}
	e.api.Shutdown(reason, deadline)
	left := make(map[string]bool)
	for _, x := range all {
		if !x.Internal && slices.Contains(x.Events, "SHUTDOWN") {
			left[x.Name] = true
		}
	}
	over := e.clock.After(deadline.Sub(e.clock.Now()))
	for len(left) > 0 {
		select {
		case name := <-e.gone:
			delete(left, name)
		case <-e.box.Done():
			return
		case <-over:
			return
		case <-e.cut:
			return
		}
	}
}
