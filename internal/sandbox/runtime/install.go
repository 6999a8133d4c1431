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
	goruntime "runtime"
	"strings"
	"time"
)

// maxClientOutput bounds how much of a failed package client's words we repeat.
const maxClientOutput = 2000

// Install brings the pack of a runtime if it is not there yet, with the npm
// client of this machine. It tells its progress in lines, and returns when the
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
	unlock, err := lock(ctx, filepath.Join(p.dir, "."+identifier+".lock"))
	if err != nil {
		return fmt.Errorf("wait for another installation of %s: %w", identifier, err)
	}
	defer unlock()
	if _, err := p.Find(identifier); !errors.Is(err, ErrNotInstalled) {
		return err
	}
	start := time.Now()
	pack, err := p.fetch(ctx, r, progress)
	if err != nil {
		return fmt.Errorf("install runtime %s: %w", identifier, err)
	}
	progress(fmt.Sprintf("%s: ready in %.1f s, Node %s, in %s", identifier, time.Since(start).Seconds(), pack.Version, p.Path(identifier)))
	return nil
}

// fetch makes a pack in a directory of its own and moves it into place.
func (p *Packs) fetch(ctx context.Context, r Runtime, progress func(string)) (Pack, error) {
	npm, err := exec.LookPath("npm")
	if err != nil {
		return Pack{}, &MissingError{Program: "npm", Package: "npm", For: r.Identifier}
	}
	dir, err := os.MkdirTemp(p.dir, ".new-"+r.Identifier+"-")
	if err != nil {
		return Pack{}, err
	}
	defer os.RemoveAll(dir)

	progress(fmt.Sprintf("%s: fetching Node %s with the npm client", r.Identifier, r.Version))
	if err := fetchNode(ctx, npm, dir, r); err != nil {
		return Pack{}, err
	}
	progress(fmt.Sprintf("%s: fetching %d packages of its SDK", r.Identifier, len(r.sdk)))
	if err := npmInstall(ctx, npm, dir, r.sdk...); err != nil {
		return Pack{}, err
	}
	version, err := nodeVersion(ctx, filepath.Join(dir, nodeBinary()))
	if err != nil {
		return Pack{}, err
	}
	pack := Pack{Runtime: r.Identifier, Version: version, Packages: r.sdk, Installed: time.Now().UTC()}
	manifest, err := json.MarshalIndent(pack, "", "  ")
	if err != nil {
		return Pack{}, err
	}
	if err := os.WriteFile(filepath.Join(dir, manifestFile), manifest, 0o644); err != nil {
		return Pack{}, err
	}
	if err := makeReadable(dir); err != nil {
		return Pack{}, err
	}
	return pack, replace(dir, p.Path(r.Identifier))
}

// fetchNode installs the version asked for, or, where the registry does not have
// it for this machine, the newest of the same major version.
func fetchNode(ctx context.Context, npm, dir string, r Runtime) error {
	major, _, _ := strings.Cut(r.Version, ".")
	err := npmInstall(ctx, npm, dir, nodePackage()+"@"+r.Version)
	if err != nil && major != r.Version && ctx.Err() == nil {
		err = npmInstall(ctx, npm, dir, nodePackage()+"@"+major)
	}
	return err
}

func npmInstall(ctx context.Context, npm, dir string, packages ...string) error {
	args := []string{"install", "--prefix", dir, "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts",
		"--loglevel=error", "--progress=false"}
	cmd := exec.CommandContext(ctx, npm, append(args, packages...)...)
	cmd.Dir = dir
	cmd.WaitDelay = 5 * time.Second
	var output bytes.Buffer
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := cmd.Run(); err != nil {
		said := strings.TrimSpace(output.String())
		return fmt.Errorf("npm install %s: %w: %s", strings.Join(packages, " "), err, said[:min(len(said), maxClientOutput)])
	}
	return nil
}

func nodeVersion(ctx context.Context, node string) (string, error) {
	out, err := exec.CommandContext(ctx, node, "--version").Output()
	if err != nil {
		return "", fmt.Errorf("ask Node for its version: %w", err)
	}
	return strings.TrimPrefix(strings.TrimSpace(string(out)), "v"), nil
}

// nodePackage is the registry's package that holds Node for this machine, as one
// file that needs no installation.
func nodePackage() string {
	arch := goruntime.GOARCH
	if arch == "amd64" {
		arch = "x64"
	}
	return "node-" + goruntime.GOOS + "-" + arch
}

// nodeBinary is where a pack has its Node.
func nodeBinary() string { return filepath.Join("node_modules", nodePackage(), "bin", "node") }

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
