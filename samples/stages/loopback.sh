#!/bin/sh
# A registry in stages to try things on: a signer's keys, a gate, and three NSDs on loopback, in the
# current folder, which is to be empty. Nobody needs to be root. See zonegate-stages(7).
#
#   loopback.sh start                     keys, servers, zonegate.xml; serial 1 is in service
#   loopback.sh sign SERIAL [RECORD]...   the signer writes new.zone
#   loopback.sh serials                   what each server serves
#   loopback.sh stop                      ends the servers
#
# CANARY, HALF and ALL are the ports of the servers.
set -eu
: "${CANARY:=5311}" "${HALF:=5312}" "${ALL:=5313}"

port_of() { # stage
	case $1 in
	canary) echo "$CANARY" ;;
	half) echo "$HALF" ;;
	all) echo "$ALL" ;;
	esac
}

sign() { # serial records...
	cat >registry.zone <<-END
		\$ORIGIN example.
		\$TTL 3600
		@ SOA ns1 hostmaster $1 7200 3600 604800 900
		@ NS ns1
		ns1 A 192.0.2.1
		www A 192.0.2.80
		a NS ns.a.example.net.
	END
	shift
	[ $# -eq 0 ] || printf '%s\n' "$@" >>registry.zone
	ldns-signzone -f new.zone registry.zone "$(cat ksk)" "$(cat zsk)"
}

serial_at() { # stage
	dig @127.0.0.1 -p "$(port_of "$1")" +tries=1 +time=1 +short example. SOA | cut -d ' ' -f 3
}

# At most four seconds.
wait_for() { # stage serial
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		[ "$(serial_at "$1")" != "$2" ] || return 0
		sleep 0.2
	done
	return 1
}

server_start() { # stage
	mkdir "$1"
	cp new.zone "$1/example.zone"
	cat >"$1.conf" <<-END
		server:
		  ip-address: 127.0.0.1@$(port_of "$1")
		  username: ""
		  zonesdir: "$PWD/$1"
		  pidfile: "$PWD/$1/pid"
		  logfile: "$PWD/$1/log"
		  database: ""
		  xfrdfile: "$PWD/$1/xfrd.state"
		  xfrdir: "$PWD/$1"
		  zonelistfile: "$PWD/$1/zone.list"
		remote-control:
		  control-enable: yes
		  control-interface: $PWD/$1/control
		zone:
		  name: example
		  zonefile: $PWD/$1/example.zone
		  provide-xfr: 127.0.0.1 NOKEY
	END
	nsd -c "$1.conf"
}

stage_xml() { # stage what-else
	cat <<-END
		      <Stage name="$1">
		        <Target>$PWD/$1/example.zone</Target>
		        <Command>
		          <Argument>$(command -v nsd-control)</Argument>
		          <Argument>-c</Argument><Argument>$PWD/$1.conf</Argument>
		          <Argument>reload</Argument><Argument>example</Argument>
		        </Command>
		        <Server address="127.0.0.1" port="$(port_of "$1")"/>
		        $2
		      </Stage>
	END
}

configure() {
	cat >zonegate.xml <<-END
		<Configuration version="1">
		  <State>$PWD/state</State>
		  <Installation>tutorial</Installation>
		  <Approvers>
		    $(zonegate approve --new-key alice.key --as alice)
		  </Approvers>
		  <Zone name="example.">
		    <Policy>$PWD/policy.xml</Policy>
		    <Stages>
		$(stage_xml canary '<Observe transfer="yes"/>')
		$(stage_xml half '<Soak>PT2S</Soak>')
		$(stage_xml all '<Approvals>1</Approvals>')
		    </Stages>
		    <Parent><DS ttl="P1D">$PWD/ds</DS></Parent>
		  </Zone>
		</Configuration>
	END
	cat >policy.xml <<-END
		<ZoneGate version="1">
		  <Policy name="tutorial">
		    <Staging>
		      <When>risky</When><Newer>queue</Newer>
		      <Risk id="change-new-type"/><Risk id="change-apex-ns"/>
		    </Staging>
		  </Policy>
		</ZoneGate>
	END
}

start() {
	ldns-keygen -k -a ECDSAP256SHA256 example. >ksk
	ldns-keygen -a ECDSAP256SHA256 example. >zsk
	ldns-key2ds -n -2 "$(cat ksk).key" >ds
	sign 1
	configure
	zonegate history import -c zonegate.xml --since -30d --served --ds ds --ds-ttl 1d \
		example. new.zone
	for stage in canary half all; do
		server_start $stage
	done
	for stage in canary half all; do
		wait_for $stage 1
	done
}

# A server takes a moment to load its file.
serials() {
	for stage in canary half all; do
		wait_for $stage "$(awk '$4 == "SOA" { print $7 }' $stage/example.zone)" || true
		echo "$stage: serial $(serial_at $stage)"
	done
}

stop() {
	for stage in canary half all; do
		nsd-control -c $stage.conf stop
	done
}

command=${1:?start, sign, serials or stop}
shift
case $command in
start | sign | serials | stop) $command "$@" ;;
*)
	echo "usage: loopback.sh start|sign|serials|stop" >&2
	exit 2
	;;
esac
