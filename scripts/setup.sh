#!/usr/bin/env bash
# Installs what a fresh machine lacks, and nothing if nothing is missing.
#
#   setup.sh demo|test|e2e|lint          what "make demo", "make test" ... need
#   setup.sh packages WHY NAME...        just these Debian packages, if absent
#
# On Debian and its relatives by apt, as root or through sudo; elsewhere it says exactly what to install.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

golangci_version=v2.15.0

usage() {
	sed -n '4,5s/^# \{0,3\}//p' "${BASH_SOURCE[0]}" >&2
	exit 2
}

have() { command -v "$1" >/dev/null 2>&1; }

# PostgreSQL's server programs are seldom on PATH; these are the places kvitok itself looks in
have_postgres() {
	local dir
	{ have initdb && have pg_ctl && have postgres; } && return
	for dir in /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /usr/local/pgsql/bin /opt/homebrew/opt/postgresql*/bin; do
		if [ -x "$dir/initdb" ] && [ -x "$dir/postgres" ]; then return; fi
	done
	return 1
}

# a LibreOffice without Calc cannot open a workbook
have_calc() {
	local office
	office="$(command -v soffice || command -v libreoffice)" || return 1
	office="$(dirname "$(readlink -f "$office")")"
	[ -e "$office/libsclo.so" ] || [ ! -d /usr/lib/libreoffice ]
}

# another Python may come first on PATH than the one that Debian's packages are for
have_openpyxl() {
	local python=/usr/bin/python3
	[ -x "$python" ] || python=python3
	"$python" -c 'import openpyxl' 2>/dev/null
}

have_chromium() { have chromium || have chromium-browser || have google-chrome; }

# Kafka 4 runs on Java 17 and newer
have_java() {
	local major
	have java || return 1
	major="$(java -version 2>&1 | sed -n '1s/.*version "\([0-9]*\).*/\1/p')"
	[ -n "$major" ] && [ "$major" -ge 17 ]
}

# race detector: cgo, so a C compiler with its headers
have_cc() { have "${CC:-gcc}" && [ -e /usr/include/stdlib.h ]; }

wanted=() # packages to install
reasons=()

# want WHAT WHY CHECK PACKAGE...: remember the packages unless CHECK succeeds
want() {
	local what=$1 why=$2 check=$3
	shift 3
	if eval "$check"; then return; fi
	wanted+=("$@")
	reasons+=("  $what ($*): $why")
}

want_postgres() {
	want "PostgreSQL server programs" "the private database of the demo and of the tests" \
		have_postgres postgresql
}

want_demo() { want_postgres; }

want_test() {
	want_demo
	want "C compiler" "go test -race needs one" have_cc gcc libc6-dev
	want "Poppler" "tests read the text and the picture of receipts" "have pdftotext && have pdftoppm" poppler-utils
	want "QPDF" "tests check the objects of receipts" "have qpdf" qpdf
	want "ZBar" "tests decode the payment QR as a bank's application would" "have zbarimg" zbar-tools
	want "Chromium" "tests download reports from the office page as an accountant would" have_chromium chromium
	want "openpyxl for Python" "a second reader of our workbooks, beside LibreOffice" have_openpyxl python3-openpyxl
	# never together with libreoffice-calc: the two packages exclude each other
	want "LibreOffice Calc without a desktop" "tests open the workbooks as an accountant would" have_calc libreoffice-calc-nogui
}

want_e2e() {
	want_test
	want "Java 17" "runs Apache Kafka" have_java default-jre-headless
	want "Maven" "fetches Apache Kafka" "have mvn" maven
	want "kcat" "a second Kafka client beside ours" "have kcat" kcat
	want "lftp" "a second FTP client beside ours" "have lftp" lftp
	want "OpenSSL" "certificates of the test servers" "have openssl" openssl
	want "Dovecot" "a real IMAP server for the tests; it is not started on the machine" "have dovecot" dovecot-imapd
	want "xmllint" "checks XML that leaves" "have xmllint" libxml2-utils
	want "GnuPG" "a partner who encrypts and signs" "have gpg" gnupg
	want "unzip" "looks into workbooks" "have unzip" unzip
	want "process tools" "end the sessions of test servers" "have pgrep" procps
}

want_lint() {
	want "ShellCheck" "checks the scripts" "have shellcheck" shellcheck
}

# as_root COMMAND...: directly, or through sudo
as_root() {
	if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

apt() {
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y \
		-o DPkg::Lock::Timeout=600 -o Acquire::Retries=3 -o Dpkg::Options::=--force-confold "$@"
}

# apt_install NAME...: quietly, with the whole log only on failure
apt_install() {
	local log
	log="$(mktemp)"
	if ! apt install --no-install-recommends "$@" >"$log" 2>&1; then
		cat "$log" >&2
		rm -f "$log"
		die "apt-get could not install: $*"
	fi
	rm -f "$log"
}

# Debian's package would create and start a cluster on port 5432. Nobody asked for that one:
# kvitok keeps its own under its data folder. postgresql-common comes first, since it brings the setting.
install_postgres() {
	local switch=/etc/postgresql-common/createcluster.d/kvitok-setup.conf
	apt_install postgresql-common
	as_root mkdir -p "$(dirname "$switch")"
	printf 'create_main_cluster = false\n' | as_root tee "$switch" >/dev/null
	if ! (apt_install postgresql); then
		as_root rm -f "$switch"
		exit 1
	fi
	as_root rm -f "$switch"
}

# Debian starts a server where it is installed, unless this file forbids it. Nobody asked for a mail server on the machine.
install_dovecot() {
	local policy=/usr/sbin/policy-rc.d
	if [ -e "$policy" ]; then
		apt_install dovecot-imapd
		return
	fi
	printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
	as_root chmod 755 "$policy"
	if ! (apt_install dovecot-imapd); then
		as_root rm -f "$policy"
		exit 1
	fi
	as_root rm -f "$policy"
	if have systemctl; then as_root systemctl disable --quiet dovecot 2>/dev/null || true; fi
}

install_wanted() {
	local name rest=()
	[ "${#wanted[@]}" -gt 0 ] || return 0
	say "kvitok needs programs that this machine lacks:"
	printf '%s\n' "${reasons[@]}" >&2
	if ! have apt-get; then
		die "this is not Debian; install them by your system's own means, then try again"
	fi
	if [ "$(id -u)" -ne 0 ] && ! have sudo; then
		die "not root and no sudo; run as root: apt-get update && apt-get install --no-install-recommends ${wanted[*]}"
	fi
	say "installing: ${wanted[*]}"
	local log
	log="$(mktemp)"
	apt update >"$log" 2>&1 || say "apt-get update failed; going on with the lists at hand: $(tail -n 3 "$log")"
	rm -f "$log"
	for name in "${wanted[@]}"; do
		case "$name" in
		postgresql) install_postgres ;;
		dovecot-imapd) install_dovecot ;;
		*) rest+=("$name") ;;
		esac
	done
	if [ "${#rest[@]}" -gt 0 ]; then apt_install "${rest[@]}"; fi
	say "installed"
}

# the linter is built by Go itself, of one version for everybody
install_golangci() {
	local bin="$cache/bin/golangci-lint"
	if [ -x "$bin" ] && [[ "$("$bin" version 2>/dev/null)" == *" ${golangci_version#v} "* ]]; then return; fi
	say "building golangci-lint $golangci_version into $cache/bin (some minutes, once)"
	mkdir -p "$cache/bin"
	# its own module decides its dependencies; flags of the caller's builds are not for it
	GOFLAGS='' GOBIN="$cache/bin" CGO_ENABLED=0 go install \
		"github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$golangci_version"
}

have go || [ "${1:-}" = packages ] || die "no Go; install Go 1.26 or newer from https://go.dev/dl/"

case "${1:-}" in
demo | test)
	[ $# -eq 1 ] || usage
	"want_$1"
	install_wanted
	;;
e2e)
	[ $# -eq 1 ] || usage
	want_e2e
	install_wanted
	"$root/scripts/ftp-server.sh" fetch
	"$root/scripts/exchange-server.sh" fetch
	"$root/scripts/kafka.sh" fetch
	;;
lint)
	[ $# -eq 1 ] || usage
	want_lint
	install_wanted
	install_golangci
	;;
packages)
	[ $# -ge 3 ] || usage
	for name in "${@:3}"; do
		want "$name" "$2" "dpkg-query -W -f='\${Status}' $name 2>/dev/null | grep -q 'ok installed'" "$name"
	done
	install_wanted
	;;
*) usage ;;
esac
