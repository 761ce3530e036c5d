#!/usr/bin/env bash
# A small disk for the end-to-end tests: what a partner's server does when its disk, or our share of it, is full.
#
#   small-disk.sh make DIR BYTES    put a disk of so many bytes on the folder DIR, writable by everybody
#   small-disk.sh remove DIR        take it away; no error if there is none
#
# The disk lives in memory (tmpfs). Mounting needs root, or sudo without a password.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() {
	sed -n '4,5s/^# \{0,3\}//p' "${BASH_SOURCE[0]}" >&2
	exit 2
}

if [ "$(id -u)" -ne 0 ]; then
	exec sudo -n -- "${BASH_SOURCE[0]}" "$@"
fi
case "${1:-}" in
make)
	[ $# -eq 3 ] || usage
	mkdir -p "$2"
	mount -t tmpfs -o "size=$3,mode=0777" kvitok-e2e "$2" || die "cannot mount a small disk on $2: the tests need the right to mount"
	;;
remove)
	[ $# -eq 2 ] || usage
	if mountpoint -q "$2"; then umount "$2"; fi
	;;
*) usage ;;
esac
