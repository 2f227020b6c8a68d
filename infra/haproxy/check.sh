#!/bin/sh
# Render both layouts and let HAProxy judge them; changes nothing and needs no port.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
haproxy=$(command -v haproxy || echo /usr/sbin/haproxy)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT INT TERM

# HAProxy reads the certificate while it checks, so it gets one that lives as long as this script.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=localhost \
    -keyout "$scratch/key.pem" -out "$scratch/chain.pem" 2>/dev/null
cat "$scratch/chain.pem" "$scratch/key.pem" >"$scratch/server.pem"
touch "$scratch/server-state"

for layout in local cluster; do
    python3 "$here/render.py" "$layout" --folder "$scratch" --certificate "$scratch/server.pem" \
        --errors-folder "$here/errors" |
        sed -e "s#/etc/haproxy/certs/#$scratch/server.pem#" \
            -e "s#/var/lib/haproxy/server-state#$scratch/server-state#" >"$scratch/$layout.cfg"
    "$haproxy" -c -f "$scratch/$layout.cfg" >"$scratch/$layout.log" 2>&1 || {
        cat "$scratch/$layout.log" >&2
        exit 1
    }
    echo "$layout: the configuration is valid"
done
