#!/bin/sh
# Installs the Debian packages that are missing. netbase: names of protocols and ports, for WKS.
#
#   tests/deps.sh build   what building needs (make demo)
#   tests/deps.sh test    and what the tests need (make deps, make test)
#   tests/deps.sh browser and a browser (120 MB to fetch), which opens the HTML report
#   tests/deps.sh ci      and what .ci/run needs
#
# As root or with a sudo that asks no password; else it prints the line to run, and stops. Nothing
# that starts a service is ever installed: validators for tests come from tests/peers.sh.
set -eu

build="gcc libc6-dev make pkg-config libldns-dev libssl-dev libxml2-dev libjansson-dev libsqlite3-dev"
test="$build check faketime mandoc netbase openssl python3-jsonschema"
browser="$test chromium fonts-dejavu-core"
ci="$browser clang libclang-rt-dev clang-format shellcheck"

case ${1:-test} in
build) wanted=$build ;;
test) wanted=$test ;;
ci) wanted=$ci ;;
browser) wanted=$browser ;;
*)
	echo "usage: tests/deps.sh build|test|ci|browser" >&2
	exit 2
	;;
esac

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
	echo "deps: not a Debian system: please provide what these packages hold: $wanted" >&2
	exit 0
fi

# Prints the packages of its arguments that are not installed.
missing() {
	for package; do
		status=$(dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null || true)
		case $status in
		*installed*) case $status in *not-installed*) echo "$package" ;; esac ;;
		*) echo "$package" ;;
		esac
	done
}

# shellcheck disable=SC2086 # a list of words
missing=$(missing $wanted | tr '\n' ' ')
if [ -z "$missing" ]; then
	exit 0
fi

if [ "$(id -u)" -eq 0 ]; then
	as_root="env DEBIAN_FRONTEND=noninteractive"
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
	as_root="sudo -n env DEBIAN_FRONTEND=noninteractive"
else
	echo "deps: packages are missing, and installing them needs root. Please run:" >&2
	echo "  sudo apt-get install -y --no-install-recommends $missing" >&2
	exit 1
fi

echo "deps: installing $missing"
install="$as_root apt-get install -y -qq --no-install-recommends $missing"
# Without package lists, or with old ones, the first try fails: then they are fetched.
$install >/dev/null 2>&1 || {
	$as_root apt-get update -qq
	$install >/dev/null
}
