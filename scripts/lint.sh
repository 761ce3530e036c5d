#!/usr/bin/env bash
# Every check that needs no run of the program; all of them are made, then the count of failures tells.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$root"

failed=0
check() {
	local name=$1
	shift
	if "$@"; then
		say "ok    $name"
	else
		say "FAIL  $name"
		failed=$((failed + 1))
	fi
}

formatted() {
	local list
	list="$(git ls-files -z --cached --others --exclude-standard '*.go' | xargs -0 -r gofmt -l)"
	[ -z "$list" ] || {
		say "not in gofmt's form:"
		say "$list"
		return 1
	}
}

scripts_clean() {
	local list
	mapfile -t list < <(git ls-files --cached --others --exclude-standard '*.sh' .ci/run deploy/ftp/start)
	shellcheck -x "${list[@]}"
}

check "gofmt" formatted
check "go.mod is tidy" go mod tidy -diff
check "shellcheck" scripts_clean
check "go vet with the e2e tests" go vet -tags e2e ./...
check "golangci-lint" "$cache/bin/golangci-lint" run --build-tags e2e --timeout 20m ./...

[ "$failed" -eq 0 ] || die "$failed checks failed"
