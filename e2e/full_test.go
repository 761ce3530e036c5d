//go:build e2e

package e2e_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/kvitok-gkh/kvitok/remote/folder"
	"github.com/kvitok-gkh/kvitok/remote/remotetest"
	"github.com/kvitok-gkh/kvitok/remote/sftp"
)

// TestFullDisk fills the disk under each server that files are brought to.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	t.Run("folder", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		smallDisk(t, dir)
		d, err := folder.New(folder.Config{Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		remotetest.RunFull(t, d, dir)
	})
	for server, protection := range map[string]string{"vsftpd": "tls", "proftpd": "plain"} {
		t.Run(server+" "+protection, func(t *testing.T) {
			t.Parallel()
			s := startFTP(t, server, protection)
			dir := s.folder(t)
			smallDisk(t, filepath.Join(s.root, dir))
			d := s.open(t, dir, nil)
			t.Cleanup(func() { _ = d.Close() })
			remotetest.RunFull(t, d, filepath.Join(s.root, dir))
		})
	}
	t.Run("sshd", func(t *testing.T) {
		t.Parallel()
		root, said := startExchange(t, "sshd")
		dir := filepath.Join(root, "full")
		if err := os.Mkdir(dir, 0o777); err != nil { //nolint:gosec // the server works as another user
			t.Fatal(err)
		}
		smallDisk(t, dir)
		d, err := sftp.New(sftp.Config{
			Address: said["address"], User: said["user"], KeyFile: said["key"], KnownHosts: said["known_hosts"], Dir: dir, Timeout: 10 * time.Second,
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = d.Close() })
		remotetest.RunFull(t, d, dir)
	})
}

// smallDisk puts a small disk on a folder until the test ends.
func smallDisk(t *testing.T, dir string) {
	t.Helper()
	script := func(args ...string) {
		// Not t.Context(): it has ended when the disk is taken away.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), time.Minute)
		defer cancel()
		out, err := exec.CommandContext(ctx, filepath.Join("..", "scripts", "small-disk.sh"), args...).CombinedOutput() //nolint:gosec // our own script
		if err != nil {
			t.Fatalf("small-disk.sh %v: %v\n%s", args, err, out)
		}
	}
	script("make", dir, strconv.Itoa(remotetest.FullDisk))
	t.Cleanup(func() { script("remove", dir) })
}
