# The version is that of the header.
version=$(sed -n 's/.*ZG_VERSION "\(.*\)"/\1/p' "$ROOT/include/zonegate/version.h")
[ "$(zonegate --version)" = "zonegate $version" ] && [ "$(zonegate -V)" = "zonegate $version" ] && echo same
