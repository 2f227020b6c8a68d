#!/bin/sh
# Complete what ci/build.sh made to a release: everything that the service needs at run time,
# pinned and hashed, so that it installs without a network. On a tag the version must be the tag's.
#
#   ci/package.sh SERVICE
set -eu
cd "$(dirname "$0")/.."

service=${1:?"usage: ci/package.sh SERVICE"}
release=dist/$service
[ -d "$release" ] || {
    echo "Build it first: ci/build.sh $service" >&2
    exit 1
}

version=$(find "$release" -name "psa_$service-*.whl" -printf '%f\n' | cut -d- -f2)
if [ -n "${CI_COMMIT_TAG:-}" ] && [ "$CI_COMMIT_TAG" != "$service-$version" ]; then
    echo "The tag is $CI_COMMIT_TAG, but the wheel is of version $version." >&2
    exit 1
fi

uv pip compile "services/$service/pyproject.toml" --output-file "$release/requirements.txt" \
    --quiet --constraint requirements.lock --generate-hashes --python-version 3.11 \
    --no-emit-index-url --no-emit-find-links --no-annotate --no-header \
    --no-emit-package psa-common --no-emit-package psa-events
python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: \
    --require-hashes --requirement "$release/requirements.txt" --dest "$release"

# What is not declared is not in the folder: try it where nothing else is installed.
trial=$(mktemp -d)
trap 'rm -rf "$trial"' EXIT
python3 -m venv "$trial"
"$trial/bin/pip" install --quiet --disable-pip-version-check --no-index --find-links "$release" \
    --require-hashes --requirement "$release/requirements.txt"
"$trial/bin/pip" install --quiet --disable-pip-version-check --no-index --no-deps "$release"/psa_*.whl
"$trial/bin/python" -c "import psa_$service.app, psa_$service.worker"
echo "$release: $service $version, $(find "$release" -name '*.whl' | wc -l) wheels"
