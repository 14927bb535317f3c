#!/bin/sh
# Other validators, signers and name servers, for tests and benchmarks only: what is not installed
# is downloaded and unpacked below build/peers, with the libraries that are missing. Nothing is
# installed, no service starts, root is not needed. Wrappers are in build/peers/bin.
#
# Exit status 0 also when there is no network: tests that need a peer then say 'skipped'.
set -eu
cd "$(dirname "$0")/.."

packages="bind9 bind9-dnsutils bind9-utils ldnsutils nsd knot knot-dnsutils knot-dnssecutils
	unbound validns opendnssec-common"
tools="dnssec-keygen dnssec-signzone dnssec-verify dnssec-dsfromkey named-checkzone
	named-compilezone ldns-keygen ldns-signzone ldns-verify-zone ldns-read-zone ldns-key2ds
	kzonecheck kzonesign keymgr validns named named-checkconf rndc delv dig nsd nsd-checkconf
	nsd-control nsd-control-setup knotd knotc unbound unbound-checkconf"

here=$PWD/build/peers
PATH=$PATH:/usr/sbin:/sbin

missing=
for tool in $tools; do
	command -v "$tool" >/dev/null || [ -x "$here/bin/$tool" ] || missing="$missing $tool"
done
# The schemas of its configuration are all that is wanted of OpenDNSSEC.
[ -e /usr/share/opendnssec/conf.rng ] || [ -e "$here/root/usr/share/opendnssec/conf.rng" ] ||
	missing="$missing opendnssec-common"
if [ -z "$missing" ]; then
	exit 0
fi
if ! command -v apt-get >/dev/null || ! command -v dpkg-deb >/dev/null; then
	echo "peers: no apt-get here; tests skip what they need:$missing"
	exit 0
fi

mkdir -p "$here/apt/lists/partial" "$here/apt/archives/partial" "$here/debs" "$here/root" "$here/bin"

# apt-get with package lists of our own: those of the system may be absent or old, and only root
# may renew them. What the system has installed is respected, so that only the rest is fetched.
apt() {
	apt-get -qq -o Dir::State::lists="$here/apt/lists" -o Dir::Cache="$here/apt" \
		-o APT::Sandbox::User=root -o Debug::NoLocking=1 "$@"
}

# Prints name=version of the packages and of all that they need and the system lacks.
closure() {
	# shellcheck disable=SC2086 # a list of words
	apt install --print-uris -y --no-install-recommends $packages |
		sed -n "s/^'[^']*' \([^_]*\)_\([^_]*\)_[^_]*\.deb .*/\1=\2/p" | sed 's/%3a/:/g'
}

# In a subshell: the downloads go to the working directory.
fetch() (
	cd "$here/debs" && apt update && closure >"$here/closure" && [ -s "$here/closure" ] || exit 1
	# shellcheck disable=SC2046 # a list of words
	apt download $(cat "$here/closure")
)

if ! fetch >"$here/log" 2>&1; then
	echo "peers: could not be fetched (build/peers/log); tests skip what they need:$missing"
	exit 0
fi
for deb in "$here"/debs/*.deb; do
	dpkg-deb -x "$deb" "$here/root"
done

libraries=$(find "$here/root" -name '*.so*' -exec dirname {} + | sort -u | paste -s -d :)
for tool in $tools; do
	command -v "$tool" >/dev/null && continue
	program=$(find "$here/root/usr/bin" "$here/root/usr/sbin" -name "$tool" 2>/dev/null | head -n 1)
	[ -n "$program" ] || continue
	cat >"$here/bin/$tool" <<-WRAPPER
		#!/bin/sh
		LD_LIBRARY_PATH='$libraries' exec '$program' "\$@"
	WRAPPER
	chmod 755 "$here/bin/$tool"
done
rm -rf "$here/debs" "$here/apt"
echo "peers: unpacked below build/peers:$missing"
