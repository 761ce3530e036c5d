# shellcheck shell=bash
# Helpers shared by the scripts of this folder; sourced, never run.

# root of the checkout, whatever folder the caller stands in
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
# everything fetched or unpacked for tests lives here; safe to delete at any moment
# shellcheck disable=SC2034  # used by the scripts that source this file
cache="${KVITOK_CACHE:-$root/.cache}"

say() { printf '%s\n' "$*" >&2; }

die() {
	say "$(basename "$0"): $*"
	exit 1
}

# alive PID: is that process there and not a zombie?
alive() {
	[ -n "${1:-}" ] && [ -r "/proc/$1/stat" ] && ! grep -q '^State:[[:space:]]*Z' "/proc/$1/status" 2>/dev/null
}

# answers PORT: does somebody accept connections on that loopback port?
answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# free_port: prints a loopback port that nobody listens on now
free_port() {
	local port i
	for i in {1..50}; do
		# below the kernel's ephemeral range, so that no client socket takes it in between
		port=$((20000 + RANDOM % 12000))
		if ! answers "$port"; then
			printf '%s\n' "$port"
			return
		fi
	done
	die "found no free port in $i tries"
}

# stop_pid FILE TRIES: SIGTERM to the process of a pid file, SIGKILL after TRIES tenths of a second
stop_pid() {
	local pid i
	[ -f "$1" ] || return 0
	pid="$(cat "$1")"
	if alive "$pid"; then
		kill -TERM "$pid" 2>/dev/null || true
		for ((i = 0; i < $2; i++)); do
			alive "$pid" || break
			sleep 0.1
		done
		if alive "$pid"; then
			say "process $pid did not stop in time; killing it"
			kill -KILL "$pid" 2>/dev/null || true
		fi
	fi
	rm -f "$1"
}

# kill_pid FILE: SIGKILL to the process of a pid file; returns when it is gone
kill_pid() {
	local pid i
	[ -f "$1" ] || return 0
	pid="$(cat "$1")"
	kill -KILL "$pid" 2>/dev/null || true
	for ((i = 0; i < 100; i++)); do
		alive "$pid" || break
		sleep 0.05
	done
	rm -f "$1"
}
