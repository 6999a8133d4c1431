package runtime

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"cloudless/internal/atomicfile"
)

// maxClientOutput bounds how much of a failed package client's words we repeat.
const maxClientOutput = 2000

// Install brings the pack of a runtime if it is not there yet, with the package
// client of its language. It tells its progress in lines, and returns when the
// pack can be used. Several servers may install at the same time: one does, the
// others wait for it.
func (p *Packs) Install(ctx context.Context, identifier string, progress func(line string)) error {
	r, ok := Lookup(identifier)
	if !ok {
		return &UnknownError{identifier}
	}
	if !r.NeedsPack() {
		return nil
	}
	if err := os.MkdirAll(p.dir, 0o755); err != nil {
		return fmt.Errorf("make a place for runtime packs: %w", err)
	}
	unlock, err := lock(ctx, p.lockFile(identifier))
	if err != nil {
		return fmt.Errorf("wait for another installation of %s: %w", identifier, err)
	}
	defer unlock()
	if _, err := p.Find(identifier); err == nil {
		p.prime(ctx, r, progress)
		return nil
	} else if !errors.Is(err, ErrNotInstalled) {
		return err
	}
	start := time.Now()
	added := p.added(identifier)
	if err := p.fetch(ctx, r, progress); err != nil {
		return fmt.Errorf("install runtime %s: %w", identifier, err)
	}
	if len(added) > 0 {
		if err := p.addAgain(ctx, identifier, added, progress); err != nil {
			progress(fmt.Sprintf("%s: without %s: %v", identifier, strings.Join(added, ", "), err))
		}
	}
	p.prime(ctx, r, progress)
	program, err := p.Program(identifier)
	if err != nil {
		return fmt.Errorf("install runtime %s: %w", identifier, err)
	}
	progress(fmt.Sprintf("%s: ready in %.1f s, %s, in %s", identifier, time.Since(start).Seconds(), program.Runs, p.Path(identifier)))
	return nil
}

// prime makes what a runtime starts faster with, of its pack and of an interpreter that
// may be newer than that. It runs without, where that fails.
func (p *Packs) prime(ctx context.Context, r Runtime, progress func(string)) {
	if r.Family != Java {
		return
	}
	if err := p.share(ctx, r, progress); err != nil && ctx.Err() == nil {
		progress(fmt.Sprintf("%s: without an archive of classes: %v", r.Identifier, err))
	}
}

// workspace makes a directory for what is to become a runtime's pack, or a part of it, and
// removes those of servers that were killed while they were at it. The lock of the pack is
// held.
func (p *Packs) workspace(identifier string) (string, error) {
	left, err := filepath.Glob(filepath.Join(p.dir, halfMade(identifier)+"*"))
	if err != nil {
		return "", err
	}
	for _, dir := range left {
		if err := os.RemoveAll(dir); err != nil {
			return "", err
		}
	}
	return os.MkdirTemp(p.dir, halfMade(identifier))
}

func halfMade(identifier string) string { return ".new-" + identifier + "-" }

// lockFile is what is locked while a runtime's pack changes.
func (p *Packs) lockFile(identifier string) string {
	return filepath.Join(p.dir, "."+filepath.Base(p.Path(identifier))+".lock")
}

// added returns what functions have needed beside what the pack in a runtime's place was
// made for, however old it is.
func (p *Packs) added(identifier string) []string {
	var pack Pack
	data, err := os.ReadFile(filepath.Join(p.Path(identifier), manifestFile))
	if err != nil || json.Unmarshal(data, &pack) != nil {
		return nil // there is none, or nothing can be learnt from it
	}
	return slices.DeleteFunc(pack.Added, func(name string) bool { return !isSDKName(name) })
}

// addAgain brings that into the pack that has taken the place.
func (p *Packs) addAgain(ctx context.Context, identifier string, names []string, progress func(string)) error {
	pack, err := p.Find(identifier)
	if err != nil {
		return err
	}
	return p.addLocked(ctx, pack, names, progress)
}

// fetch makes a pack in a directory of its own and moves it into place.
func (p *Packs) fetch(ctx context.Context, r Runtime, progress func(string)) error {
	var fill func(context.Context, string, Runtime, func(string)) (version string, err error)
	switch r.Family {
	case Node:
		fill = fillNode
	case Python:
		fill = p.fillPython
	case Java:
		fill = p.fillJava
	default:
		return fmt.Errorf("runtime family %q has no packs", r.Family)
	}
	dir, err := p.workspace(r.Identifier)
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	version, err := fill(ctx, dir, r, progress)
	if err != nil {
		return err
	}
	pack := Pack{Runtime: r.Identifier, Version: version, Packages: r.packages, Installed: time.Now().UTC()}
	if err := pack.write(dir); err != nil {
		return err
	}
	if err := makeReadable(dir); err != nil {
		return err
	}
	return replace(dir, p.Path(r.Identifier))
}

// write writes the manifest of a pack that is in dir, in one piece.
func (p Pack) write(dir string) error {
	manifest, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return err
	}
	return atomicfile.Write(filepath.Join(dir, manifestFile), manifest, 0o644)
}

// colours are what clients put around words even where nobody sees them.
var colours = regexp.MustCompile("\x1b\\[[0-9;]*m")

// runClient runs a package client in a directory, and repeats its words if it
// fails.
func runClient(ctx context.Context, dir string, argv ...string) error {
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Dir = dir
	cmd.WaitDelay = 5 * time.Second
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Run(); err != nil {
		said := strings.TrimSpace(colours.ReplaceAllString(output.String(), ""))
		return fmt.Errorf("%s: %w: %s", strings.Join(argv, " "), err, said[:min(len(said), maxClientOutput)])
	}
	return nil
}

// makeReadable lets functions read the pack, which run as another user, however
// strict the mask of the user that installed it.
func makeReadable(dir string) error {
	return filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.Type()&fs.ModeSymlink != 0 {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		want := info.Mode().Perm() | 0o444
		if info.IsDir() || want&0o100 != 0 {
			want |= 0o111
		}
		if want == info.Mode().Perm() {
			return nil
		}
		return os.Chmod(name, want)
	})
}

// replace moves a new pack into the place of an old one, if there is one. What
// still runs from the old one keeps its files until it ends.
func replace(from, to string) error {
	old := to + ".old"
	if err := os.RemoveAll(old); err != nil {
		return err
	}
	if err := os.Rename(to, old); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Rename(from, to); err != nil {
		return err
	}
	return os.RemoveAll(old)
}
