#!/bin/sh
# Compile requirements.lock from requirements.in: pinned, hashed, without any download address.
# Versions already locked stay; `ci/lock.sh --upgrade` moves all, `--upgrade-package NAME` one.
set -eu
cd "$(dirname "$0")/.."

uv pip compile requirements.in --output-file requirements.lock --quiet \
    --universal --python-version 3.11 --generate-hashes \
    --no-emit-index-url --no-emit-find-links \
    --custom-compile-command "ci/lock.sh" "$@"

if grep -nE '://' requirements.lock; then
    echo "requirements.lock names an address; see above" >&2
    exit 1
fi
