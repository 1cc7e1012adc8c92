#!/usr/bin/env bash
# What README.md tables about PostgreSQL, measured in one run on a private server: commits beside SQLite and AdoNet, the hand-written function, whole
# journeys on both databases, one silo and two. Nothing else should run on the machine meanwhile; it takes about ten minutes.
# Needs a Release build (dotnet build -c Release). SECONDS_EACH changes how long each figure is taken; arguments name a part: commits, hand, journeys, cores.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

each=${SECONDS_EACH:-8}
warm_up=${WARM_UP:-40}             # until the hot paths are compiled; on one core that takes much longer
warm_up_on_a_core=${WARM_UP_ON_A_CORE:-120}
what=${*:-commits hand journeys cores}
wanted() { [[ " $what " == *" $1 "* ]]; }
bench="dotnet artifacts/bin/Commerce.Tests.Benchmarks/release/Commerce.Tests.Benchmarks.dll"
load="dotnet artifacts/bin/Commerce.Tests.Load/release/Commerce.Tests.Load.dll"
silo="dotnet artifacts/bin/Commerce.Silo/release/Commerce.Silo.dll"
work=$(mktemp -d)
postgres=$(mktemp -d) # its own: another user may have to get in
key=a-key-for-this-run-alone
started=()

stop_shops() {
    [ ${#started[@]} -eq 0 ] || kill -TERM "${started[@]}" 2>/dev/null || true
    for pid in "${started[@]}"; do wait "$pid" 2>/dev/null || true; done
    started=()
}
trap 'stop_shops; tests/postgres.sh stop "$postgres" >/dev/null 2>&1 || true; rm -rf "$work" "$postgres"' EXIT

server=$(tests/postgres.sh start "$postgres")
bin=$(tests/postgres.sh binaries)
at() { sed -n "s/.*$1=\([^;]*\).*/\1/p" <<<"$server"; }
psql=("$bin/psql" -qX -h "$(at Host)" -p "$(at Port)" -U "$(at Username)")
database() { # name: a fresh one
    "${psql[@]}" -d postgres -c "drop database if exists $1 with (force)" -c "create database $1" >/dev/null 2>&1
    sed "s/Database=[^;]*/Database=$1/" <<<"$server"
}

# port, core or "", further settings
shop() {
    local port=$1 cores=$2
    shift 2
    env ASPNETCORE_ENVIRONMENT=Development Commerce__RateLimits__Enabled=false Commerce__AdminKey=$key Commerce__DataDirectory="$work/data" \
        Commerce__Sandbox__Enabled=true Commerce__Silo__Address=127.0.0.1 "$@" \
        taskset -c "${cores:-0-$(($(nproc) - 1))}" $silo --urls "http://127.0.0.1:$port" >"$work/shop-$port.log" 2>&1 &
    started+=($!)
    until curl -sf "http://127.0.0.1:$port/health/ready" >/dev/null; do sleep 0.2; done
}
journeys() { # url, clients, warm-up: the first table of the report
    $load journey --no-check --url "$1" --admin-key $key --warm-up "${3:-$warm_up}s" --seconds "${each}s" --clients "$2" 2>/dev/null | awk '/^\|/ && !over { print; began = 1 } !/^\|/ && began { over = 1 }'
}

if wanted commits; then
echo "## Commits"
$bench storage "$(database race)" "$each"
fi

if wanted hand; then
echo
echo "## The hand-written function (pgbench, 64 clients)"
database hand >/dev/null
"${psql[@]}" -d hand -f tests/Benchmarks/Databases/hand-written.sql >/dev/null 2>&1
body=$(printf 'x%.0s' $(seq 240))
printf "\\\\set sku random(1, 168)\nselect hand_buy(:sku, 1, '%s');\n" "$body" >"$work/spread.sql"
printf "select hand_buy(1, 1, '%s');\n" "$body" >"$work/one.sql"
for mix in spread one; do
    printf "%s: " "$mix"
    "$bin/pgbench" -h "$(at Host)" -p "$(at Port)" -U "$(at Username)" -n -M prepared -c 64 -j 2 -T "$each" -f "$work/$mix.sql" hand | grep -E 'tps|latency average' | tr '\n' ' '
    echo
done
fi

if wanted journeys; then
echo
echo "## Journeys, SQLite"
shop 5201 ""
journeys http://127.0.0.1:5201 1,8,32,64
stop_shops

echo
echo "## Journeys, PostgreSQL, one silo"
one=$(database one)
shop 5202 "" ConnectionStrings__Commerce="$one"
journeys http://127.0.0.1:5202 1,8,32,64
stop_shops
fi

if wanted cores; then
echo
echo "## Journeys, PostgreSQL, one silo on one core (64 clients)"
pinned=$(database pinned)
shop 5203 0 ConnectionStrings__Commerce="$pinned"
journeys http://127.0.0.1:5203 64 "$warm_up_on_a_core"
stop_shops

echo
echo "## Journeys, PostgreSQL, two silos on a core each (64 clients, half at each)"
pair=$(database pair)
shop 5204 0 ConnectionStrings__Commerce="$pair"
shop 5205 1 ConnectionStrings__Commerce="$pair"
journeys http://127.0.0.1:5204 32 "$warm_up_on_a_core" >"$work/first" &
first=$!
journeys http://127.0.0.1:5205 32 "$warm_up_on_a_core" >"$work/second"
wait $first
cat "$work/first"
grep '^| 32 ' "$work/second"
fi
