#!/bin/sh
# Build the wheel of a service and of the libraries it stands on into dist/SERVICE.
#
#   ci/build.sh SERVICE
set -eu
cd "$(dirname "$0")/.."

service=${1:?"usage: ci/build.sh SERVICE"}
[ -f "services/$service/pyproject.toml" ] || {
    echo "There is no service \"$service\"." >&2
    exit 1
}

rm -rf "dist/$service"
for package in "psa-$service" psa-common psa-events; do
    uv build --quiet --wheel --package "$package" --build-constraint requirements.lock \
        --out-dir "dist/$service" --no-create-gitignore
done
ls "dist/$service"
