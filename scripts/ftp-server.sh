#!/usr/bin/env bash
# Real FTP servers for the end-to-end tests, on loopback, plain or with explicit TLS.
#
#   ftp-server.sh fetch                                      unpack vsftpd and proftpd into .cache/ftp, once
#   ftp-server.sh start vsftpd|proftpd plain|tls PORT DIR    serve DIR to one user; PORT 0 takes a free one
#   ftp-server.sh stop  vsftpd|proftpd plain|tls PORT DIR    stop it ("stop DIR" does the same); no error if it is not running
#   ftp-server.sh kill  DIR                                  SIGKILL to the server and every session: connections are cut
#   ftp-server.sh status DIR                                 exit 0 and the lines of start if it runs, exit 3 if not
#
# start prints key=value lines: host, port, user, password, cafile (empty without TLS), then returns
# once the server greets. Configuration, certificate, pid and logs stand beside DIR, in DIR.ftpd.
#
# The packages are unpacked, not installed: Debian's vsftpd and proftpd exclude each other, and
# installing either would open port 21 on the machine. Both servers change to another user after
# login, so this needs root (or sudo without a password).
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() {
	sed -n '4,8s/^# \{0,3\}//p' "${BASH_SOURCE[0]}" >&2
	exit 2
}

# the account that the servers run as and log in to; made once, without a home or a shell
user=kvitok-e2e
# the name under /etc/pam.d; PAM reads services from there only
pam_service=kvitok-e2e-ftp
unpacked="$cache/ftp"

# password: the same for every start on one machine, and of use on no other
password() { { echo kvitok-e2e; cat /etc/machine-id 2>/dev/null || true; } | sha256sum | cut -c1-20; }

as_root() {
	if [ "$(id -u)" -ne 0 ]; then
		exec sudo -n -- "${BASH_SOURCE[0]}" "$@"
	fi
}

binary() {
	case "$1" in
	vsftpd | proftpd) printf '%s\n' "$unpacked/usr/sbin/$1" ;;
	*) usage ;;
	esac
}

# libraries PACKAGE...: the shared libraries Debian says these packages want
libraries() {
	apt-cache depends --no-pre-depends --no-recommends --no-suggests --no-conflicts --no-breaks \
		--no-replaces --no-enhances "$@" | awk '$1 == "Depends:" && $2 ~ /^lib/ { print $2 }' | sort -u
}

missing_libraries() {
	local list
	list="$(ldd "$unpacked/usr/sbin/vsftpd" "$unpacked/usr/sbin/proftpd" "$unpacked/usr/lib/proftpd/mod_tls.so" 2>&1 || true)"
	[[ "$list" == *"not found"* ]]
}

fetch() {
	local stamp="$unpacked/complete" work
	if [ -f "$stamp" ] && ! missing_libraries; then
		return
	fi
	command -v apt-get >/dev/null || die "only Debian and its relatives are served; no apt-get here"
	say "unpacking vsftpd, proftpd-core and proftpd-mod-crypto into $unpacked (real FTP servers for the tests; not installed)"
	rm -rf "$unpacked"
	mkdir -p "$unpacked"
	work="$(mktemp -d)"
	# apt drops to the user _apt for downloads and warns where it may not write
	chmod 755 "$work"
	if ! (cd "$work" && apt-get -q -o APT::Sandbox::User=root download vsftpd proftpd-core proftpd-mod-crypto) >"$work/log" 2>&1; then
		cat "$work/log" >&2
		rm -rf "$work"
		die "cannot download the packages; run apt-get update first"
	fi
	for deb in "$work"/*.deb; do dpkg-deb -x "$deb" "$unpacked"; done
	rm -rf "$work"
	if missing_libraries; then
		local list
		mapfile -t list < <(libraries vsftpd proftpd-core proftpd-mod-crypto)
		"$root/scripts/setup.sh" packages "shared libraries of the two FTP servers" "${list[@]}"
	fi
	if missing_libraries; then die "the unpacked FTP servers lack libraries: see ldd $unpacked/usr/sbin/*"; fi
	: >"$stamp"
}

# certificate DIR: a self-signed one for 127.0.0.1, its own authority
certificate() {
	[ -f "$1/cert.pem" ] && return
	openssl req -batch -x509 -newkey rsa:2048 -nodes -days 30 -subj '/CN=kvitok e2e' \
		-addext 'subjectAltName=IP:127.0.0.1,DNS:localhost' \
		-keyout "$1/key.pem" -out "$1/cert.pem" 2>"$1/openssl.log" || die "cannot make a certificate: $(cat "$1/openssl.log")"
	chmod 600 "$1/key.pem"
}

# yes_no TLS: the word vsftpd wants
yes_no() { if [ "$1" = tls ]; then printf YES; else printf NO; fi; }

write_vsftpd() {
	local state=$1 dir=$2 port=$3 tls=$4
	# renamed into place: another test may be logging in at this moment
	cat >"$state/pam" <<-PAM
		# written by the end-to-end tests of kvitok; safe to delete
		auth    required pam_unix.so
		account required pam_unix.so
		session required pam_permit.so
	PAM
	install -m 644 "$state/pam" "/etc/pam.d/.$pam_service.$$"
	mv -f "/etc/pam.d/.$pam_service.$$" "/etc/pam.d/$pam_service"
	# vsftpd wants an empty folder it may not write, to confine its unprivileged half
	mkdir -p "$state/empty"
	chmod 555 "$state/empty"
	cat >"$state/vsftpd.conf" <<-CONF
		listen=YES
		listen_ipv6=NO
		background=NO
		listen_address=127.0.0.1
		listen_port=$port
		pasv_address=127.0.0.1
		anonymous_enable=NO
		local_enable=YES
		nopriv_user=nobody
		write_enable=YES
		local_root=$dir
		local_umask=022
		chroot_local_user=YES
		allow_writeable_chroot=YES
		secure_chroot_dir=$state/empty
		pam_service_name=$pam_service
		use_localtime=NO
		xferlog_enable=YES
		vsftpd_log_file=$state/vsftpd.log
		log_ftp_protocol=YES
		seccomp_sandbox=NO
		isolate=NO
		isolate_network=NO
		ssl_enable=$(yes_no "$tls")
		rsa_cert_file=$state/cert.pem
		rsa_private_key_file=$state/key.pem
		force_local_data_ssl=YES
		force_local_logins_ssl=YES
		ssl_ciphers=HIGH
		require_ssl_reuse=YES
	CONF
	# without TLS vsftpd must not be given the names of files that do not exist
	if [ "$tls" = plain ]; then sed -i '/^rsa_/d;/^force_local_/d;/^ssl_ciphers/d;/^require_ssl/d' "$state/vsftpd.conf"; fi
}

write_proftpd() {
	local state=$1 dir=$2 port=$3 tls=$4
	# name : hash : uid : gid : : home : shell, as in /etc/passwd; proftpd refuses it readable by all
	printf '%s:%s:%s:%s::%s:/bin/false\n' "$user" "$(password | openssl passwd -6 -stdin)" \
		"$(id -u "$user")" "$(id -g "$user")" "$dir" >"$state/users"
	chmod 600 "$state/users"
	cat >"$state/proftpd.conf" <<-CONF
		ModulePath $unpacked/usr/lib/proftpd
		ServerName "kvitok e2e"
		ServerType standalone
		DefaultServer on
		DefaultAddress 127.0.0.1
		SocketBindTight on
		Port $port
		UseIPv6 off
		UseReverseDNS off
		User $user
		Group $(id -gn "$user")
		AuthOrder mod_auth_file.c
		AuthUserFile $state/users
		RequireValidShell off
		DefaultRoot ~
		Umask 022 022
		AllowOverwrite on
		AllowStoreRestart on
		AllowRetrieveRestart on
		TimesGMT on
		WtmpLog off
		TransferLog $state/xfer.log
		SystemLog $state/proftpd.log
		PidFile $state/proftpd.pid
		ScoreboardFile $state/scoreboard
		DelayEngine off
		MaxInstances 40
	CONF
	[ "$tls" = tls ] || return 0
	sed -i '/^ModulePath/a LoadModule mod_tls.c' "$state/proftpd.conf"
	cat >>"$state/proftpd.conf" <<-CONF
		TLSEngine on
		TLSRequired on
		TLSLog $state/tls.log
		TLSProtocol TLSv1.2 TLSv1.3
		TLSRSACertificateFile $state/cert.pem
		TLSRSACertificateKeyFile $state/key.pem
		TLSVerifyClient off
	CONF
}

# make_user: once a machine, the password each time; under a lock, since tests start servers side by side
make_user() {
	(
		flock 9
		if ! id "$user" >/dev/null 2>&1; then
			say "making the system user $user for the test servers, without a home or a shell"
			useradd --system --user-group --no-create-home --home-dir / --shell /usr/sbin/nologin "$user"
		fi
		# exchange-server.sh makes the same user and needs no password of it
		printf '%s:%s\n' "$user" "$(password)" | chpasswd
	) 9>/run/lock/kvitok-e2e
}

# greets PORT: does a server say 220 there?
greets() {
	local line=
	{ exec 3<>"/dev/tcp/127.0.0.1/$1"; } 2>/dev/null || return 1
	read -r -t 2 line <&3 || true
	printf 'QUIT\r\n' >&3 || true
	exec 3<&- 3>&-
	case "$line" in 220*) return 0 ;; *) return 1 ;; esac
}

running() { [ -f "$1.ftpd/pid" ] && alive "$(cat "$1.ftpd/pid")"; }

start() {
	local server=$1 tls=$2 port=$3 dir=$4 state i
	case "$tls" in plain | tls) ;; *) usage ;; esac
	fetch
	mkdir -p "$dir"
	dir="$(cd "$dir" && pwd)"
	state="$dir.ftpd"
	if running "$dir"; then
		cat "$state/report"
		return
	fi
	mkdir -p "$state"
	chmod 755 "$state"
	if [ "$port" = 0 ]; then port="$(cat "$state/port" 2>/dev/null || free_port)"; fi
	if answers "$port"; then die "port $port is taken"; fi
	make_user
	chown -R "$user:" "$dir"
	# whoever called through sudo reads and writes there too
	if [ -n "${SUDO_USER:-}" ]; then chmod 777 "$dir"; fi
	if [ "$tls" = tls ]; then certificate "$state"; fi
	"write_$server" "$state" "$dir" "$port" "$tls"
	local command=("$(binary "$server")" "$state/vsftpd.conf")
	if [ "$server" = proftpd ]; then command=("$(binary "$server")" -n -c "$state/proftpd.conf"); fi
	# its own session: a Ctrl-C for the caller is none for the server
	# shellcheck disable=SC2016  # the inner shell expands it
	setsid bash -c 'echo $$ >"$1/pid"; shift; exec "$@"' _ "$state" "${command[@]}" </dev/null >>"$state/out.log" 2>&1 &
	for ((i = 0; i < 100; i++)); do
		if greets "$port"; then
			printf '%s\n' "$port" >"$state/port"
			{
				printf 'host=127.0.0.1\nport=%s\nuser=%s\npassword=%s\n' "$port" "$user" "$(password)"
				if [ "$tls" = tls ]; then printf 'cafile=%s\n' "$state/cert.pem"; else printf 'cafile=\n'; fi
			} | tee "$state/report"
			return
		fi
		if [ "$i" -gt 5 ] && ! running "$dir"; then break; fi
		sleep 0.1
	done
	tail -n 20 "$state/out.log" >&2 || true
	die "$server did not greet on port $port"
}

# family PID: that process and all below it; vsftpd gives every session a process group of its own
family() {
	local child
	printf '%s\n' "$1"
	for child in $(pgrep -P "$1"); do family "$child"; done
}

# signal_all DIR SIGNAL: to the server and its sessions
signal_all() {
	local pids
	[ -f "$1.ftpd/pid" ] || return 0
	mapfile -t pids < <(family "$(cat "$1.ftpd/pid")")
	kill "-$2" "${pids[@]}" 2>/dev/null || true
}

stop() {
	local dir=$1
	signal_all "$dir" TERM
	stop_pid "$dir.ftpd/pid" 50
}

kill_server() {
	signal_all "$1" KILL
	kill_pid "$1.ftpd/pid"
}

case "${1:-}" in
fetch) fetch ;;
start)
	[ $# -eq 5 ] || usage
	binary "$2" >/dev/null
	as_root "$@"
	start "${@:2}"
	;;
stop)
	[ $# -eq 2 ] || [ $# -eq 5 ] || usage
	as_root "$@"
	stop "${*: -1}"
	;;
kill)
	[ $# -eq 2 ] || [ $# -eq 5 ] || usage
	as_root "$@"
	kill_server "${*: -1}"
	;;
status)
	[ $# -eq 2 ] || usage
	running "$2" || exit 3
	cat "$2.ftpd/report"
	;;
*) usage ;;
esac
