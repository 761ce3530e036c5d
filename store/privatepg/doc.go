// Package privatepg owns the private PostgreSQL server of the embedded default: it finds the
// installed server programs, makes a cluster in the data folder once, starts it on a unix socket
// without TCP, adopts one that still runs, and stops it when the last user leaves. It does not know
// the schema, and it never touches a server that somebody else runs.
//
// # Where things are
//
//	DIR/postgres           the cluster (with postgresql.conf, free to be tuned), or
//	DIR/postgres.location  the path of a cluster that lives elsewhere (see "root")
//	DIR/postgres.start     held exclusively while somebody looks for, makes or starts the server
//	DIR/postgres.users     held shared by every process that uses the server
//
// The socket is in the cluster folder itself, or, where that path is too long for a socket, in a
// short 0700 folder below the temporary directory.
//
// # Who stops it
//
// The locks are flock locks, so the kernel gives them back however a process ends. Start takes a
// shared lock on postgres.users before it looks whether a server runs; only a holder of the
// exclusive lock on it may stop the server. So nobody stops a server in use, and a second process
// on the same data folder adopts the running server; the last one out stops it, whoever started it.
// A process killed by SIGKILL leaves the server running, without harm: the next Start adopts it.
//
// A half-made cluster cannot exist: initdb works in a sibling folder, renamed when complete.
//
// # Root
//
// PostgreSQL refuses to run as root. Started by root, the server runs as the owner of the existing
// cluster, else as "postgres", else as "nobody". Where that user cannot reach the data folder (below
// /root, say), the cluster is made under /var/lib/kvitok and postgres.location tells where; rights
// of existing folders are never changed.
package privatepg
