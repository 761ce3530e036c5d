#!/usr/bin/env bash
# Is a PDF accessible? veraPDF judges by PDF/UA-1 (ISO 14289-1): a reading order, names, a language, fonts
# that a screen reader understands.
#
#   verapdf.sh FILE...     exit 0 if every file conforms, else the rules that it breaks and exit 1
#
# Fetches veraPDF from Maven Central into .cache/verapdf, once. Needs Java and Maven.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[ $# -gt 0 ] || {
	sed -n '5s/^# \{0,3\}//p' "${BASH_SOURCE[0]}" >&2
	exit 2
}

folder="$cache/verapdf"
pom="$root/scripts/verapdf/pom.xml"

fetch() {
	local want
	want="$(sha256sum <"$pom")"
	if [ -f "$folder/fetched" ] && [ "$(cat "$folder/fetched")" = "$want" ]; then return; fi
	command -v mvn >/dev/null || die "no Maven; run scripts/setup.sh e2e"
	say "fetching veraPDF into $folder"
	rm -rf "$folder"
	mkdir -p "$folder"
	mvn -q -B -Dstyle.color=never -f "$pom" -Dverapdf.folder="$folder" package >&2
	printf '%s\n' "$want" >"$folder/fetched"
}

fetch
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
status=0
java -Xmx256m -cp "$folder/verapdf.jar" org.verapdf.apps.GreenfieldCliWrapper \
	--flavour ua1 --format text --verbose "$@" >"$work/report" 2>"$work/errors" || status=$?
conforming="$(grep -c '^PASS ' "$work/report" || true)"
if [ "$status" -ne 0 ] || [ "$conforming" -ne $# ]; then
	cat "$work/report" "$work/errors" >&2
	die "$conforming of $# files conform to PDF/UA-1"
fi
