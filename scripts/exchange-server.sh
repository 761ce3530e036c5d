#!/usr/bin/env bash
# Real servers of SFTP and of mail for the end-to-end tests, on loopback.
#
#   exchange-server.sh fetch             unpack sshd and exim4 into .cache/exchange, once
#   exchange-server.sh start sshd DIR    serve the files of DIR to one user, who has a key
#   exchange-server.sh start mail DIR    exim4 takes mail for bank.example into the maildir DIR (of gone@ it reports later
#                                        that it could not be delivered), dovecot gives it out
#   exchange-server.sh stop  DIR         stop what serves DIR; no error if nothing does
#
# start prints key=value lines, then returns once the servers greet. Configuration, keys, pids and logs stand beside DIR, in
# DIR.served.
#
# sshd and exim4 are unpacked, not installed: installing them would open ports 22 and 25 on the machine. Dovecot finds its programs in
# fixed places only; setup.sh installs it without starting it. The servers change to another user, so this needs root (or sudo
# without a password).
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() {
	sed -n '4,8s/^# \{0,3\}//p' "${BASH_SOURCE[0]}" >&2
	exit 2
}

# the account that the servers run as, and the one that Debian's exim4 insists on
user=kvitok-e2e
mailer=Debian-exim
password=kvitok-e2e-secret
unpacked="$cache/exchange"
sshd="$unpacked/usr/sbin/sshd"
exim="$unpacked/usr/sbin/exim4"

as_root() {
	if [ "$(id -u)" -ne 0 ]; then
		exec sudo -n -- "${BASH_SOURCE[0]}" "$@"
	fi
}

missing_libraries() {
	local list
	list="$(ldd "$sshd" "$exim" 2>&1 || true)"
	[[ "$list" == *"not found"* ]]
}

# libraries PACKAGE...: the shared libraries Debian says these packages want
libraries() {
	apt-cache depends --no-pre-depends --no-recommends --no-suggests --no-conflicts --no-breaks \
		--no-replaces --no-enhances "$@" | awk '$1 == "Depends:" && $2 ~ /^lib/ { print $2 }' | sort -u
}

fetch() {
	local stamp="$unpacked/complete" work deb list
	if [ -f "$stamp" ] && ! missing_libraries; then
		return
	fi
	command -v apt-get >/dev/null || die "only Debian and its relatives are served; no apt-get here"
	say "unpacking openssh-server and exim4-daemon-light into $unpacked (real servers for the tests; not installed)"
	rm -rf "$unpacked"
	mkdir -p "$unpacked"
	work="$(mktemp -d)"
	# apt drops to the user _apt for downloads and warns where it may not write
	chmod 755 "$work"
	if ! (cd "$work" && apt-get -q -o APT::Sandbox::User=root download openssh-server exim4-daemon-light) >"$work/log" 2>&1; then
		cat "$work/log" >&2
		rm -rf "$work"
		die "cannot download the packages; run apt-get update first"
	fi
	for deb in "$work"/*.deb; do dpkg-deb -x "$deb" "$unpacked"; done
	rm -rf "$work"
	if missing_libraries; then
		mapfile -t list < <(libraries openssh-server exim4-daemon-light)
		"$root/scripts/setup.sh" packages "shared libraries of sshd and exim4" "${list[@]}"
	fi
	if missing_libraries; then die "the unpacked servers lack libraries: see ldd $sshd $exim"; fi
	: >"$stamp"
}

# make_users: once a machine; under a lock, since tests start servers side by side
make_users() {
	(
		flock 9
		local name
		for name in "$user" "$mailer"; do
			if ! id "$name" >/dev/null 2>&1; then
				say "making the system user $name for the test servers, without a home or a shell"
				useradd --system --user-group --no-create-home --home-dir / --shell /usr/sbin/nologin "$name"
			fi
		done
	) 9>/run/lock/kvitok-e2e
}

# greets PORT WORD: does a server say WORD there?
greets() {
	local line=
	{ exec 3<>"/dev/tcp/127.0.0.1/$1"; } 2>/dev/null || return 1
	read -r -t 2 line <&3 || true
	exec 3<&- 3>&-
	[[ "$line" == "$2"* ]]
}

# await PORT WORD LOG: until it greets
await() {
	local i
	for ((i = 0; i < 100; i++)); do
		if greets "$1" "$2"; then return; fi
		sleep 0.1
	done
	tail -n 20 "$3" >&2 || true
	die "no greeting on port $1"
}

start_sshd() {
	local dir=$1 state=$2 port
	port="$(free_port)"
	ssh-keygen -q -t ed25519 -N '' -C e2e -f "$state/host_key"
	ssh-keygen -q -t ed25519 -N '' -C e2e -f "$state/client_key"
	cat >"$state/sshd.conf" <<-CONF
		Port $port
		ListenAddress 127.0.0.1
		HostKey $state/host_key
		PidFile $state/sshd.pid
		AuthorizedKeysFile $state/client_key.pub
		StrictModes no
		UsePAM no
		PasswordAuthentication no
		MaxStartups 100
		Subsystem sftp internal-sftp
		ForceCommand internal-sftp -d $dir
	CONF
	printf '[127.0.0.1]:%s %s\n' "$port" "$(cut -d' ' -f1,2 "$state/host_key.pub")" >"$state/known_hosts"
	cp "$state/client_key" "$state/key"
	chown -R "$user:" "$state"
	# whoever called through sudo logs in with it
	chmod 644 "$state/key" "$state/known_hosts"
	setsid setpriv --reuid "$user" --regid "$user" --clear-groups "$sshd" -D -e -f "$state/sshd.conf" \
		</dev/null >>"$state/sshd.log" 2>&1 &
	await "$port" SSH- "$state/sshd.log"
	printf 'address=127.0.0.1:%s\nuser=%s\nkey=%s\nknown_hosts=%s\n' "$port" "$user" "$state/key" "$state/known_hosts"
}

certificate() {
	openssl req -batch -x509 -newkey rsa:2048 -nodes -days 30 -subj '/CN=kvitok e2e' \
		-addext 'subjectAltName=IP:127.0.0.1' -keyout "$1/key.pem" -out "$1/cert.pem" 2>"$1/openssl.log" ||
		die "cannot make a certificate: $(cat "$1/openssl.log")"
}

write_dovecot() {
	cat >"$2/dovecot.conf" <<-CONF
		base_dir = $2/run
		log_path = $2/dovecot.log
		protocols = imap
		listen = 127.0.0.1
		default_internal_user = $user
		default_internal_group = $user
		default_login_user = $user
		ssl = required
		ssl_cert = <$2/cert.pem
		ssl_key = <$2/key.pem
		mail_location = maildir:$1
		first_valid_uid = 1
		first_valid_gid = 1
		passdb {
		  driver = static
		  args = password=$password
		}
		userdb {
		  driver = static
		  args = uid=$user gid=$user home=$1
		}
		service imap-login {
		  chroot =
		  inet_listener imap {
		    port = $3
		  }
		  inet_listener imaps {
		    port = $4
		  }
		}
		service anvil {
		  chroot =
		}
		service stats {
		  chroot =
		}
	CONF
}

write_exim() {
	cat >"$2/exim.conf" <<-CONF
		primary_hostname = e2e.example
		exim_path = $exim
		exim_user = $user
		exim_group = $user
		spool_directory = $2/spool
		log_file_path = $2/exim-%s.log
		local_interfaces = 127.0.0.1
		tls_certificate = $2/cert.pem
		tls_privatekey = $2/key.pem
		tls_advertise_hosts = *
		auth_advertise_hosts = \${if eq{\$tls_in_cipher}{}{}{*}}
		acl_smtp_rcpt = rcpt
		acl_smtp_data = accept
		message_size_limit = 40M
		deliver_drop_privilege = true
		begin acl
		rcpt:
		  deny !authenticated = *
		  accept domains = bank.example
		  deny message = relay not permitted
		begin routers
		gone:
		  driver = redirect
		  domains = bank.example
		  local_parts = gone
		  data = :fail: the mailbox is closed
		  allow_fail
		all:
		  driver = accept
		  transport = box
		begin transports
		box:
		  driver = appendfile
		  directory = $1
		  maildir_format
		  user = $user
		  group = $user
		begin authenticators
		plain:
		  driver = plaintext
		  public_name = PLAIN
		  server_condition = \${if and{{eq{\$auth2}{$user}}{eq{\$auth3}{$password}}}}
	CONF
}

start_mail() {
	local dir=$1 state=$2 imap imaps smtp
	command -v dovecot >/dev/null || die "no dovecot; scripts/setup.sh e2e installs it"
	imap="$(free_port)"
	imaps="$(free_port)"
	smtp="$(free_port)"
	certificate "$state"
	write_dovecot "$dir" "$state" "$imap" "$imaps"
	write_exim "$dir" "$state"
	mkdir -p "$state/spool"
	chown -R "$user:" "$state"
	# exim4 as root trusts no configuration that somebody else may write
	chown root:root "$state/exim.conf"
	chmod 644 "$state/exim.conf"
	chmod 644 "$state/cert.pem"
	setsid dovecot -c "$state/dovecot.conf" </dev/null >>"$state/out.log" 2>&1
	setsid "$exim" -C "$state/exim.conf" -bd -odf -oP "$state/exim.pid" -oX "$smtp" </dev/null >>"$state/out.log" 2>&1
	await "$imap" '* OK' "$state/dovecot.log"
	await "$smtp" 220 "$state/out.log"
	printf 'imap=127.0.0.1:%s\nimaps=127.0.0.1:%s\nsmtp=127.0.0.1:%s\n' "$imap" "$imaps" "$smtp"
	printf 'user=%s\npassword=%s\ncafile=%s\n' "$user" "$password" "$state/cert.pem"
}

start() {
	local kind=$1 dir=$2
	fetch
	make_users
	mkdir -p "$dir"
	dir="$(cd "$dir" && pwd)"
	stop "$dir"
	rm -rf "$dir.served"
	mkdir -p "$dir.served"
	chmod 755 "$dir.served"
	chown -R "$user:" "$dir"
	# whoever called through sudo reads and writes there too
	chmod 777 "$dir"
	"start_$kind" "$dir" "$dir.served"
}

stop() {
	stop_pid "$1.served/sshd.pid" 50
	stop_pid "$1.served/exim.pid" 50
	stop_pid "$1.served/run/master.pid" 50
}

case "${1:-}" in
fetch) fetch ;;
start)
	[ $# -eq 3 ] || usage
	case "$2" in sshd | mail) ;; *) usage ;; esac
	as_root "$@"
	start "$2" "$3"
	;;
stop)
	[ $# -eq 2 ] || usage
	as_root "$@"
	stop "$2"
	;;
*) usage ;;
esac
