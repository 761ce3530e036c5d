package privatepg

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
)

// account is the operating system's user that the server runs as.
type account struct {
	uid, gid uint32
	name     string
	dropped  bool // we are root and start the server as somebody else
}

// serverAccount decides who runs the server: ourselves, or, for root, the owner of the cluster if
// there is one, else postgres, else nobody.
func serverAccount(cluster string) (account, error) {
	owner, exists, err := ownerOf(cluster)
	if err != nil {
		return account{}, err
	}
	uid := uint32(os.Geteuid()) //nolint:gosec // user ids fit
	if uid != 0 {
		if exists && owner != uid {
			return account{}, fmt.Errorf("the database %s belongs to user %s: run kvitok as that user, or as root",
				cluster, accountName(owner))
		}
		return account{uid: uid, gid: uint32(os.Getegid()), name: accountName(uid)}, nil //nolint:gosec // group ids fit
	}
	if exists && owner != 0 {
		if u, err := user.LookupId(strconv.Itoa(int(owner))); err == nil {
			return fromUser(u)
		}
		return account{uid: owner, gid: owner, name: strconv.Itoa(int(owner)), dropped: true}, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		if u, err := user.Lookup(name); err == nil && u.Uid != "0" {
			return fromUser(u)
		}
	}
	return account{}, errors.New("PostgreSQL does not run as root, and there is neither a user postgres nor a user nobody: create one (useradd --system postgres), or run kvitok as an ordinary user")
}

func fromUser(u *user.User) (account, error) {
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return account{}, fmt.Errorf("read the id of user %s: %w", u.Username, err)
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return account{}, fmt.Errorf("read the group of user %s: %w", u.Username, err)
	}
	return account{uid: uint32(uid), gid: uint32(gid), name: u.Username, dropped: true}, nil
}

func accountName(uid uint32) string {
	if u, err := user.LookupId(strconv.Itoa(int(uid))); err == nil {
		return u.Username
	}
	return strconv.Itoa(int(uid))
}

func ownerOf(path string) (uid uint32, exists bool, err error) {
	info, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, fmt.Errorf("look at the database folder: %w", err)
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, false, errors.New("look at the database folder: the system tells no owner")
	}
	return st.Uid, true, nil
}

// attributes detaches a child from our session (Ctrl-C in a terminal must reach us, not the server
// below us) and drops root.
func (a account) attributes() *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Setsid: true}
	if a.dropped {
		attr.Credential = &syscall.Credential{Uid: a.uid, Gid: a.gid, Groups: []uint32{a.gid}}
	}
	return attr
}

// give makes the account the owner of a folder that we have just made.
func (a account) give(path string) error {
	if !a.dropped {
		return nil
	}
	if err := os.Chown(path, int(a.uid), int(a.gid)); err != nil {
		return fmt.Errorf("give %s to user %s: %w", path, a.name, err)
	}
	return nil
}

// reaches reports whether the account can enter dir. It asks the kernel by running a program there:
// mode bits alone would miss access lists and mounts.
func (a account) reaches(ctx context.Context, p programs, dir string) bool {
	if !a.dropped {
		return true
	}
	cmd := exec.CommandContext(ctx, p.path("postgres"), "--version") //nolint:gosec // the path was found by findPrograms
	cmd.Dir, cmd.SysProcAttr = dir, a.attributes()
	return cmd.Run() == nil
}

// environment is what the server programs see: none of our PG* variables or locale may reach them.
func environment() []string {
	return []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC", "HOME=/", "TMPDIR=" + os.TempDir()}
}
