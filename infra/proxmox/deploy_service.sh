#!/usr/bin/env bash
# Put a packaged release of one service into production, next to the one that runs, and switch.
#
#   deploy_service.sh [--dry-run] SERVICE RELEASE    RELEASE is the folder that ci/package.sh made
#   deploy_service.sh [--dry-run] --rollback SERVICE back to the colour that ran before
#
# Each container of a service has two colours, blue and green; one runs. The release goes to the
# other, is migrated, started and asked whether it is ready; until then nothing has changed for
# anyone. Then the traffic moves and the old colour stops, but stays installed for a rollback.
# Whatever fails before the switch stops the new colour and leaves the old one serving.
#
# A container has /etc/psa/service.env (settings of the service), /etc/psa/migrate.env (the owner's
# DSN, readable by root only) and the units of infra/proxmox/systemd.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
dry_run=no
rollback=no
ready_seconds=${PSA_DEPLOY_READY_SECONDS:-60}
drain_seconds=${PSA_DEPLOY_DRAIN_SECONDS:-60}
haproxy_socket=/run/haproxy/admin.sock

say() { printf '%s\n' "$*"; }
fail() { printf 'deploy: %s\n' "$*" >&2 && exit 1; }
usage() { sed -n '4,5s/^# *//p' "${BASH_SOURCE[0]}" >&2 && exit 2; }

# Value of the address plan: containers of a service, a colour's port, addresses of HAProxy.
plan() {
    python3 - "$root/infra/addresses.toml" "$@" <<'PYTHON'
import sys, tomllib

path, question, *names = sys.argv[1:]
with open(path, "rb") as file:
    plan = tomllib.load(file)
address = {name: container["address"] for name, container in plan["containers"].items()}
match question:
    case "services":
        print(*plan["services"])
    case "hosts":
        print(*(address[name] for name in plan["services"][names[0]]["containers"]))
    case "port":
        print(plan["services"][names[0]][names[1]])
    case "worker_port":
        print(plan["services"][names[0]][names[1]] + plan["ports"]["worker_offset"])
    case "haproxy":
        print(*(a for name, a in address.items() if name.startswith("psa-haproxy")))
PYTHON
}

# Run a command on a host; a dry run only says it.
on() {
    local host=$1
    shift
    if [ "$dry_run" = yes ]; then
        say "  $host: $*"
    else
        ssh -o BatchMode=yes -o ConnectTimeout=5 "root@$host" "$*" </dev/null
    fi
}

other() { [ "$1" = blue ] && echo green || echo blue; }

# The colour that serves on a host; a host that never ran one counts as green, so blue comes first.
active_colour() {
    local state
    state=$(on "$1" "systemctl is-active psa-app@blue || true") || return 1
    if [ "$state" = active ]; then echo blue; else echo green; fi
}

# The folder of a colour is its own: the release that serves is never touched.
install_release() {
    local host=$1 colour=$2 folder=/opt/psa/$2
    say "$host: install $version as $colour"
    on "$host" "rm -rf $folder && mkdir -p $folder/release"
    if [ "$dry_run" = yes ]; then
        say "  $host: copy $release to $folder/release"
    else
        scp -q -o BatchMode=yes -r "$release/." "root@$host:$folder/release/"
    fi
    on "$host" "cd $folder/release && python3 -m venv ../venv &&" \
        "../venv/bin/pip install --quiet --no-index --find-links . --require-hashes" \
        "-r requirements.txt &&" \
        "../venv/bin/pip install --quiet --no-index --no-deps psa_*.whl"
    on "$host" "printf 'PSA_HTTP_PORT=%s\nPSA_WORKER_PORT=%s\n'" \
        "$(plan port "$service" "$colour") $(plan worker_port "$service" "$colour")" \
        "> /etc/psa/$colour.env"
}

# Expand-only migrations: the old colour goes on working on the new schema.
migrate() {
    say "$1: migrate"
    on "$1" "set -a && . /etc/psa/service.env && . /etc/psa/migrate.env &&" \
        "setpriv --reuid=psa --regid=psa --init-groups /opt/psa/$2/venv/bin/python -m psa_$service migrate"
}

stop_colour() { on "$1" "systemctl disable --quiet --now psa-app@$2 psa-worker@$2"; }

start_colour() {
    local host=$1 colour=$2 url
    url="http://$host:$(plan port "$service" "$colour")/health/ready"
    say "$host: start $colour and wait until it is ready"
    on "$host" "systemctl enable --quiet --now psa-app@$colour psa-worker@$colour"
    if ! on "$host" "curl --silent --fail --output /dev/null --retry $ready_seconds" \
        "--retry-delay 1 --retry-all-errors --retry-max-time $ready_seconds $url"; then
        stop_colour "$host" "$colour"
        fail "$service $colour on $host did not become ready; the old colour still serves"
    fi
}

# One command to HAProxy's runtime socket. It answers a wrong name with a sentence and success, so
# every answer but an empty one is a failure.
tell_haproxy() {
    local answer
    answer=$(on "$1" "echo '$2' | socat stdio $haproxy_socket")
    if [ "$dry_run" = yes ]; then
        say "$answer"
    elif [ -n "${answer//[[:space:]]/}" ]; then
        fail "HAProxy on $1 answers \"$answer\" to \"$2\""
    fi
}

# Waits until a column of `show stat` has a value: 5 is the number of sessions, 18 the status.
await_haproxy() {
    local host=$1 server=$2 column=$3 wanted=$4 seconds=$5
    on "$host" "for i in \$(seq $seconds); do echo 'show stat' | socat stdio $haproxy_socket |" \
        "awk -F, '\$1 == \"gateways\" && \$2 == \"$server\" && \$$column ~ /^$wanted/ { found = 1 }" \
        "END { exit !found }' && exit 0; sleep 1; done; exit 1"
}

# Only the gateway stands behind HAProxy. The gateway knows both colours of every other service and
# passes over the one that does not run.
switch_haproxy() {
    local number=$1 old=gateway-$1-$2 new=gateway-$1-$3 host
    [ "$service" = gateway ] || return 0
    for host in $(plan haproxy); do
        say "$host: gateway $number goes from $2 to $3"
        tell_haproxy "$host" "set weight gateways/$new 100%"
        tell_haproxy "$host" "set server gateways/$new state ready"
        await_haproxy "$host" "$new" 18 UP "$ready_seconds" ||
            fail "HAProxy on $host does not see $new; both colours serve"
        tell_haproxy "$host" "set server gateways/$old state drain"
        await_haproxy "$host" "$old" 5 '0$' "$drain_seconds" ||
            say "$host: $old still has sessions; they get the time of a normal stop"
    done
}

deploy() {
    local host number=0 old new
    for host in $(plan hosts "$service"); do
        number=$((number + 1))
        old=$(active_colour "$host")
        new=$(other "$old")
        if [ "$rollback" = no ]; then
            install_release "$host" "$new"
            [ "$number" -gt 1 ] || migrate "$host" "$new"
        else
            on "$host" "test -x /opt/psa/$new/venv/bin/python" ||
                fail "$new was never installed on $host; there is nothing to go back to"
        fi
        start_colour "$host" "$new"
        switch_haproxy "$number" "$old" "$new"
        say "$host: stop $old; it stays installed for a rollback"
        stop_colour "$host" "$old"
    done
}

while [ $# -gt 0 ]; do
    case $1 in
    --dry-run) dry_run=yes ;;
    --rollback) rollback=yes ;;
    -*) usage ;;
    *) break ;;
    esac
    shift
done

service=${1:-}
release=${2:-}
[ -n "$service" ] || usage
case " $(plan services) " in
*" $service "*) ;;
*) fail "no service \"$service\" in infra/addresses.toml" ;;
esac
if [ "$rollback" = no ]; then
    [ -n "$release" ] || usage
    [ -f "$release/requirements.txt" ] || fail "$release is no release; make one with ci/package.sh"
    wheel=$(find "$release" -name "psa_$service-*.whl" -printf '%f\n')
    [ -n "$wheel" ] || fail "$release holds no wheel of psa_$service"
    version=$(echo "$wheel" | cut -d- -f2)
fi

deploy
say "$service is deployed."
