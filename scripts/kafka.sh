#!/usr/bin/env bash
# A real Apache Kafka for the end-to-end tests: one node, broker and controller (KRaft), on loopback.
#
#   kafka.sh fetch                        jars from Maven Central into .cache/kafka/libs, once
#   kafka.sh start DIR [PORT [CPORT]]     start on DIR (formatted on first use), wait until it answers;
#                                         prints "broker=127.0.0.1:PORT", "pid=N" and "log=FILE".
#                                         PORT 0 or none: the port of the last start on DIR, else a free one
#   kafka.sh stop DIR                     clean stop; no error if it is not running
#   kafka.sh kill DIR                     SIGKILL, as a power cut would; "start DIR" brings it back
#   kafka.sh status DIR                   exit 0 and the lines of start if it runs, exit 3 if not
#
# KAFKA_HEAP (default 512m) sets the heap. Needs Java 17 or newer; fetch needs Maven.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() {
	sed -n '4,10s/^# \{0,3\}//p' "${BASH_SOURCE[0]}" >&2
	exit 2
}

libs="$cache/kafka/libs"
pom="$root/scripts/kafka/pom.xml"

fetch() {
	local stamp="$cache/kafka/fetched" want
	want="$(sha256sum <"$pom")"
	if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$want" ]; then
		return
	fi
	command -v mvn >/dev/null || die "no Maven; run scripts/setup.sh e2e"
	say "fetching the jars of Apache Kafka into $libs"
	rm -rf "$libs" "$stamp"
	mkdir -p "$libs"
	mvn -q -B -Dstyle.color=never -f "$pom" -Dkafka.libs="$libs" package >&2
	printf '%s\n' "$want" >"$stamp"
}

# the command line of a class of Kafka; small memory, a log with the time of day
java_command=(java -Xmx"${KAFKA_HEAP:-512m}" -Xms128m -XX:+UseSerialGC
	-Dorg.slf4j.simpleLogger.showDateTime=true -Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS
	-cp "$libs/*")

write_config() {
	local dir=$1 port=$2 cport=$3
	cat >"$dir/server.properties" <<-CONF
		process.roles=broker,controller
		node.id=1
		controller.quorum.bootstrap.servers=127.0.0.1:$cport
		listeners=PLAINTEXT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$cport
		advertised.listeners=PLAINTEXT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$cport
		listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
		inter.broker.listener.name=PLAINTEXT
		controller.listener.names=CONTROLLER
		log.dirs=$dir/data
		num.partitions=4
		default.replication.factor=1
		offsets.topic.replication.factor=1
		offsets.topic.num.partitions=4
		transaction.state.log.replication.factor=1
		transaction.state.log.min.isr=1
		transaction.state.log.num.partitions=4
		share.coordinator.state.topic.replication.factor=1
		share.coordinator.state.topic.min.isr=1
		group.initial.rebalance.delay.ms=0
		group.min.session.timeout.ms=1000
		num.network.threads=2
		num.io.threads=4
		auto.create.topics.enable=true
	CONF
}

report() {
	local dir=$1 port
	port="$(cat "$dir/port")"
	printf 'broker=127.0.0.1:%s\npid=%s\nlog=%s\n' "$port" "$(cat "$dir/kafka.pid")" "$dir/kafka.log"
}

running() { [ -f "$1/kafka.pid" ] && alive "$(cat "$1/kafka.pid")"; }

start() {
	local dir=$1 port=${2:-0} cport=${3:-0} i
	fetch
	mkdir -p "$dir"
	dir="$(cd "$dir" && pwd)"
	if running "$dir"; then
		report "$dir"
		return
	fi
	# a restart keeps its ports: clients, and the quorum written into the storage, know them
	if [ "$port" = 0 ]; then port="$(cat "$dir/port" 2>/dev/null || free_port)"; fi
	if [ "$cport" = 0 ]; then cport="$(cat "$dir/cport" 2>/dev/null || free_port)"; fi
	if answers "$port"; then die "port $port is taken"; fi
	printf '%s\n' "$port" >"$dir/port"
	printf '%s\n' "$cport" >"$dir/cport"
	write_config "$dir" "$port" "$cport"
	if [ ! -f "$dir/data/meta.properties" ]; then
		"${java_command[@]}" kafka.tools.StorageTool format --standalone --ignore-formatted \
			--cluster-id kvitok-e2e-0000000000A --config "$dir/server.properties" >"$dir/format.log" 2>&1 ||
			die "cannot format the storage: $(tail -n 5 "$dir/format.log")"
	fi
	: >"$dir/kafka.log"
	# its own session: a signal to the caller's group (Ctrl-C, a killed test) is not a signal to Kafka
	# shellcheck disable=SC2016  # the inner shell expands it
	setsid bash -c 'echo $$ >"$1/kafka.pid"; shift; exec "$@"' _ "$dir" \
		"${java_command[@]}" kafka.Kafka "$dir/server.properties" </dev/null >>"$dir/kafka.log" 2>&1 &
	for ((i = 0; i < 900; i++)); do
		if grep -q 'Kafka Server started' "$dir/kafka.log" && answers "$port"; then
			report "$dir"
			return
		fi
		if [ "$i" -gt 10 ] && ! running "$dir"; then
			tail -n 30 "$dir/kafka.log" >&2
			die "Kafka ended while starting"
		fi
		sleep 0.1
	done
	tail -n 30 "$dir/kafka.log" >&2
	stop_pid "$dir/kafka.pid" 50
	die "Kafka did not answer on port $port within 90 seconds"
}

case "${1:-}" in
fetch) fetch ;;
start)
	if [ $# -lt 2 ] || [ $# -gt 4 ]; then usage; fi
	start "${@:2}"
	;;
stop)
	[ $# -eq 2 ] || usage
	stop_pid "$2/kafka.pid" 300
	;;
kill)
	[ $# -eq 2 ] || usage
	[ -f "$2/kafka.pid" ] || die "not started on $2"
	kill_pid "$2/kafka.pid"
	;;
status)
	[ $# -eq 2 ] || usage
	running "$2" || exit 3
	report "$2"
	;;
*) usage ;;
esac
