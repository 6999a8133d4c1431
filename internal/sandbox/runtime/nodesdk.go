package runtime

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

const (
	// addTimeout bounds the fetching of packages beside a pack's own.
	addTimeout = 5 * time.Minute
	// unreachableFor is how long it is not tried again, for functions, when it failed: they
	// wait for it, and most can do without.
	unreachableFor = 5 * time.Minute
	// absentFor is how long the registry is not asked again for what it did not have,
	// and maxAbsent how many names are remembered for it.
	absentFor = 24 * time.Hour
	maxAbsent = 1000
)

// AbsentError says that the registry has no such packages.
type AbsentError struct{ Names []string }

// Error names them.
func (e *AbsentError) Error() string {
	return fmt.Sprintf("the registry has no package %s that fits", strings.Join(e.Names, ", "))
}

// Complete brings into the installed pack of a runtime the packages of the SDK that a
// function requires, as requiredOfSDK finds them, and that the pack lacks: AWS's
// runtimes carry all of the SDK, packs what is used most. task and opt are the
// function's own files and those of its layers, or nil. It does nothing where AWS's
// runtime carries no SDK in packages. What the registry does not have is no error here:
// if the function ever requires it, it hears so.
func (p *Packs) Complete(ctx context.Context, identifier string, task, opt fs.FS, progress func(line string)) error {
	r, ok := Lookup(identifier)
	if !ok || !r.carriesPackages() {
		return nil
	}
	names, err := requiredOfSDK(ctx, r, task, opt)
	if err != nil {
		return fmt.Errorf("look for what the function requires: %w", err)
	}
	pack, err := p.Find(identifier)
	if err != nil {
		return err
	}
	names = slices.DeleteFunc(pack.lacking(names), pack.absent)
	if len(names) == 0 {
		return nil
	}
	if wait := time.Until(time.Unix(0, p.unreachable.Load())); wait > 0 {
		return fmt.Errorf("fetch %s: it failed for others, and is tried again in %v", strings.Join(names, ", "), wait.Round(time.Second))
	}
	err = p.Add(ctx, identifier, names, progress)
	if _, absent := errors.AsType[*AbsentError](err); absent {
		return nil
	}
	if err != nil {
		p.unreachable.Store(time.Now().Add(unreachableFor).UnixNano())
	}
	return err
}

// Add brings packages of the SDK into the installed pack of a runtime of Node, with
// what they need, in versions that go with those of the pack. Environments that run
// find them at once: each appears whole, after what it needs, and nothing that was
// there changes. An [AbsentError] names those that the registry does not have; the
// others are there then.
func (p *Packs) Add(ctx context.Context, identifier string, names []string, progress func(line string)) error {
	if err := CheckAddition(identifier, names); err != nil {
		return err
	}
	unlock, err := lock(ctx, p.lockFile(identifier))
	if err != nil {
		return fmt.Errorf("wait for another installation of %s: %w", identifier, err)
	}
	defer unlock()
	pack, err := p.Find(identifier)
	if err != nil {
		return err
	}
	return p.addLocked(ctx, pack, names, progress)
}

// CheckAddition says why [Packs.Add] refuses names, whatever the registry has.
func CheckAddition(identifier string, names []string) error {
	r, ok := Lookup(identifier)
	if !ok {
		return &UnknownError{identifier}
	}
	if !r.carriesPackages() {
		return fmt.Errorf("%s carries no packages of @aws-sdk", identifier)
	}
	for _, name := range names {
		if !isSDKName(name) {
			return fmt.Errorf("%q is no package of the SDK: they are called @aws-sdk/… and @smithy/…", name)
		}
	}
	return nil
}

// addLocked does so while the lock of the pack is held.
func (p *Packs) addLocked(ctx context.Context, pack Pack, names []string, progress func(string)) error {
	if names = pack.lacking(names); len(names) == 0 {
		return nil
	}
	npm, err := exec.LookPath("npm")
	if err != nil {
		return &MissingError{Program: "npm", Package: "npm", For: pack.Runtime}
	}
	ctx, cancel := context.WithTimeout(ctx, addTimeout)
	defer cancel()
	start := time.Now()
	progress(fmt.Sprintf("%s: fetching %s with the npm client", pack.Runtime, strings.Join(names, ", ")))
	dir, err := p.workspace(pack.Runtime)
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := copyPack(pack.Dir, dir); err != nil {
		return fmt.Errorf("copy the runtime pack: %w", err)
	}
	absent, failed := npmAdd(ctx, npm, dir, pack.newest(), names)
	came := slices.DeleteFunc(slices.Clone(names), func(name string) bool { return !hasModule(dir, name) })
	if err := pack.take(dir, came, absent); err != nil {
		return fmt.Errorf("add %s to the runtime pack: %w", strings.Join(came, ", "), err)
	}
	if len(came) > 0 {
		progress(fmt.Sprintf("%s: added %s in %.1f s", pack.Runtime, strings.Join(came, ", "), time.Since(start).Seconds()))
	}
	if failed != nil {
		return failed
	}
	if len(absent) > 0 {
		return &AbsentError{absent}
	}
	return nil
}

// carriesPackages reports whether AWS's runtime carries the SDK in packages, one for each
// service.
func (r Runtime) carriesPackages() bool {
	return r.Family == Node && len(r.packages) > 0 && strings.HasPrefix(r.packages[0], sdkScopes[0])
}

// lacking returns those of some packages that the pack does not have.
func (p Pack) lacking(names []string) []string {
	var lacking []string
	for _, name := range names {
		if !hasModule(p.Dir, name) && !slices.Contains(lacking, name) {
			lacking = append(lacking, name)
		}
	}
	return lacking
}

// absent reports whether the registry did not have a package when it was asked last.
func (p Pack) absent(name string) bool {
	asked, ok := p.Absent[name]
	return ok && time.Since(asked) < absentFor
}

func hasModule(dir, name string) bool {
	_, err := os.Stat(filepath.Join(dir, "node_modules", name))
	return err == nil
}

// newest returns the highest version that one of the SDK's packages has in the pack, or
// "" if none has any.
func (p Pack) newest() string {
	var newest string
	for _, name := range p.Packages {
		name = name[:strings.LastIndex(name, "@")]
		data, err := os.ReadFile(filepath.Join(p.Dir, "node_modules", name, "package.json"))
		if err != nil {
			continue
		}
		var described struct{ Version string }
		if json.Unmarshal(data, &described) == nil && older(newest, described.Version) {
			newest = described.Version
		}
	}
	return newest
}

// older compares versions of three numbers.
func older(a, b string) bool {
	var x, y [3]int
	_, _ = fmt.Sscanf(a, "%d.%d.%d", &x[0], &x[1], &x[2]) // what is none of them is as old as can be
	_, _ = fmt.Sscanf(b, "%d.%d.%d", &y[0], &y[1], &y[2])
	return slices.Compare(x[:], y[:]) < 0
}

// soon has the npm client give up soon where the registry cannot be reached: a function
// waits for it, which may do without.
var soon = []string{"--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--fetch-timeout=60000"}

// npmAdd has the npm client add packages to a directory, and returns which of them the
// registry does not have. One that is missing fails all, so then each is asked for by
// itself.
func npmAdd(ctx context.Context, npm, dir, newest string, names []string) (absent []string, err error) {
	specs := make([]string, len(names))
	for i, name := range names {
		specs[i] = name
		if newest != "" && strings.HasPrefix(name, sdkScopes[0]) {
			specs[i] += "@<=" + newest // versions of @smithy are numbers of their own
		}
	}
	install := func(specs ...string) error { return npmInstall(ctx, npm, dir, append(slices.Clone(soon), specs...)...) }
	if err = install(specs...); err == nil {
		return nil, nil
	}
	for i, name := range names {
		err := err
		if len(names) > 1 {
			err = install(specs[i])
		}
		switch {
		case err == nil:
		case ctx.Err() == nil && (strings.Contains(err.Error(), "E404") || strings.Contains(err.Error(), "ETARGET")):
			absent = append(absent, name)
		default: // the registry cannot be reached: there is no use in asking for the others
			return absent, err
		}
	}
	return absent, nil
}
