#!/bin/sh
# Runs a program where it may write no more than a systemd unit with ProtectSystem=strict lets it: every
# file system but /dev, /proc and /sys is read-only, and the folders that are named are not.
#
#   read_only.sh FOLDER... -- PROGRAM [ARGUMENT...]
#
# Exit status 77: there are no mount namespaces here, for root or by a user namespace.
set -u

if [ "${1:-}" != --inside ]; then
	for how in "--mount" "--map-current-user --keep-caps --mount"; do
		# shellcheck disable=SC2086 # words
		if unshare $how true 2>/dev/null; then
			# shellcheck disable=SC2086
			exec unshare $how --propagation private "$0" --inside "$@"
		fi
	done
	echo "read_only.sh: no mount namespaces" >&2
	exit 77
fi
shift

folders=
while [ $# -gt 0 ] && [ "$1" != -- ]; do
	mount --bind "$1" "$1" || exit 77
	folders="$folders$1
"
	shift
done
shift

# Mount point and options, as the kernel lists them.
while read -r _ _ _ _ point options _; do
	point=$(printf '%b' "$(printf '%s' "$point" | sed 's/\\\([0-7]*\)/\\0\1/g')")
	case $point in /dev | /dev/* | /proc | /proc/* | /sys | /sys/*) continue ;; esac
	! printf '%s' "$folders" | grep -qxF "$point" || continue
	# What a user namespace has locked must be said again. A mount below another one may be out of
	# reach.
	options=$(printf '%s' "$options" | sed 's/^rw\b/ro/')
	mount -o "remount,bind,$options" "$point" 2>/dev/null || [ ! -w "$point" ] || exit 77
done </proc/self/mountinfo
exec "$@"
