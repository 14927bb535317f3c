# shellcheck shell=sh disable=SC2154
# Name servers for tests: real ones on loopback, unprivileged, in $work, ended by process id. To be
# sourced after $work is made; servers_stop belongs into the trap at the end.
#
# Every server has a name; its files are in $work/NAME, its address is 127.0.0.1, its port in
# $work/NAME/port.

servers_pids=
# Below the ports that the system gives to those who ask.
servers_next=$((10000 + $$ % 1000 * 22))

# Sets $port to a port that nobody has, for TCP or UDP, and that is not given away twice.
free_port() {
	while :; do
		port=$servers_next
		servers_next=$((servers_next + 1))
		cat /proc/net/tcp /proc/net/tcp6 /proc/net/udp /proc/net/udp6 2>/dev/null |
			grep -qi ":$(printf %04X "$port") " || return 0
	done
}

# A folder for a server, and its port.
server_new() { # name
	mkdir -p "$work/$1"
	free_port
	echo "$port" >"$work/$1/port"
}

port_of() { # name
	cat "$work/$1/port"
}

# Waits until a command succeeds, at most so many seconds.
wait_for() { # seconds command...
	wait_tries=$(($1 * 10))
	shift
	while ! "$@" >/dev/null 2>&1; do
		wait_tries=$((wait_tries - 1))
		[ "$wait_tries" -gt 0 ] || return 1
		sleep 0.1
	done
}

ask() { # name question...
	ask_port=$(port_of "$1")
	shift
	dig @127.0.0.1 -p "$ask_port" +norecurse +tries=1 +time=2 +noall +answer "$@" 2>/dev/null
}

# The serial that a server has; nothing: none.
serial_at() { # name zone
	ask "$1" "$2" SOA | awk '$4 == "SOA" { print $7 }'
}

has_serial() { # name zone serial
	[ "$(serial_at "$1" "$2")" = "$3" ]
}

# It answers, be it with REFUSED.
is_up() { # name
	dig @127.0.0.1 -p "$(port_of "$1")" +norecurse +tries=1 +time=1 up.invalid. SOA 2>/dev/null |
		grep -q 'status:'
}

# --- NSD ---

# The part of nsd.conf that every NSD of a test has; what is specific comes from standard input.
nsd_configure() { # name
	{
		cat <<-END
			server:
			  ip-address: 127.0.0.1@$(port_of "$1")
			  username: ""
			  zonesdir: "$work/$1"
			  pidfile: "$work/$1/pid"
			  database: ""
			  logfile: "$work/$1/log"
			  xfrdfile: "$work/$1/xfrd.state"
			  xfrdir: "$work/$1"
			  zonelistfile: "$work/$1/zone.list"
			  server-count: 1
			  verbosity: 2
			  hide-version: yes
			remote-control:
			  control-enable: yes
			  control-interface: $work/$1/control
		END
		cat
	} >"$work/$1/nsd.conf"
}

nsd_start() { # name [program that starts it]
	nsd_name=$1
	shift
	: >"$work/$nsd_name/log"
	"$@" nsd -d -c "$work/$nsd_name/nsd.conf" >"$work/$nsd_name/out" 2>&1 &
	echo $! >"$work/$nsd_name/started"
	servers_pids="$servers_pids $!"
	wait_for 10 is_up "$nsd_name"
}

nsd_tell() { # name words...
	nsd_name=$1
	shift
	nsd-control -c "$work/$nsd_name/nsd.conf" "$@"
}

# --- BIND ---

named_start() { # name; the configuration is $work/NAME/named.conf
	named -g -c "$work/$1/named.conf" >"$work/$1/log" 2>&1 &
	echo $! >"$work/$1/started"
	servers_pids="$servers_pids $!"
	wait_for 10 is_up "$1"
}

# --- The end ---

server_stop() { # name [signal]
	server_pid=$(cat "$work/$1/started")
	kill "-${2:-TERM}" "$server_pid" 2>/dev/null
	wait "$server_pid" 2>/dev/null
}

# Everything that was started here. NSD ends its children itself; of one that was killed they are
# left, and have its folder in their command line.
servers_stop() {
	[ -n "$servers_pids" ] || return 0
	for server_pid in $servers_pids; do
		kill -TERM "$server_pid" 2>/dev/null
		kill -CONT "$server_pid" 2>/dev/null
	done
	# shellcheck disable=SC2086 # process ids
	(sleep 10 && kill -KILL $servers_pids) >/dev/null 2>&1 &
	servers_end=$!
	for server_pid in $servers_pids; do
		wait "$server_pid" 2>/dev/null
	done
	kill "$servers_end" 2>/dev/null
	servers_pids=
}
