#!/usr/bin/env bash
# How cost grows with what a shop has sold: journeys with 0, 100,000 and 1,000,000 orders in PostgreSQL, activation times, memory of idle carts.
# Nothing else should run on the machine meanwhile; it takes about half an hour and 20 GB of disk below TMPDIR.
# Needs a Release build. Writes growth.tsv, and growth.png when gnuplot is there, beside README.md.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

sizes=${SIZES:-0 100000 1000000}
bench="dotnet artifacts/bin/Commerce.Tests.Benchmarks/release/Commerce.Tests.Benchmarks.dll"
load="dotnet artifacts/bin/Commerce.Tests.Load/release/Commerce.Tests.Load.dll"
here=tests/Benchmarks
work=$(mktemp -d)
postgres=$(mktemp -d) # its own: another user may have to get in
key=a-key-for-this-run-alone
url=http://127.0.0.1:5301
pid=

stop_shop() {
    [ -z "$pid" ] || { kill -TERM "$pid" && wait "$pid" || true; }
    pid=
}
trap 'stop_shop; tests/postgres.sh stop "$postgres" >/dev/null 2>&1 || true; rm -rf "$work" "$postgres"' EXIT

server=$(tests/postgres.sh start "$postgres")
at() { sed -n "s/.*$1=\([^;]*\).*/\1/p" <<<"$server"; }
psql() { "$(tests/postgres.sh binaries)/psql" -qXtA -h "$(at Host)" -p "$(at Port)" -U "$(at Username)" "$@"; }
psql -d postgres -c "alter system set max_wal_size = '16GB'" -c "alter system set checkpoint_timeout = '15min'" -c 'select pg_reload_conf()' >/dev/null

start_shop() {
    ASPNETCORE_ENVIRONMENT=Development Commerce__RateLimits__Enabled=false Commerce__AdminKey=$key Commerce__DataDirectory="$work/data" Commerce__Sandbox__Enabled=true \
        Commerce__Silo__Address=127.0.0.1 ConnectionStrings__Commerce="$1" dotnet artifacts/bin/Commerce.Silo/release/Commerce.Silo.dll --urls $url >"$work/shop.log" 2>&1 &
    pid=$!
    until curl -sf $url/health/ready >/dev/null; do sleep 0.2; done
}

printf '# orders\tclients\tjourneys/s\tp50 ms\tp99 ms\n' >$here/growth.tsv
for size in $sizes; do
    psql -d postgres -c "drop database if exists shop with (force)" -c "create database shop"
    database=$(sed 's/Database=[^;]*/Database=shop/' <<<"$server")
    start_shop "$database"
    $load journey --no-check --url $url --admin-key $key --warm-up 3 --seconds 1 --clients 4 >/dev/null
    stop_shop
    echo "seeding $size orders"
    [ "$size" = 0 ] || time psql -d shop -v orders="$size" -f $here/Growth/seed.sql
    psql -d shop -c 'checkpoint'
    start_shop "$database"
    $load journey --no-check --url $url --admin-key $key --warm-up 25 --seconds 12 --clients 8,64 | tee "$work/table"
    grep '^| [0-9]' "$work/table" | tr -d ', ' | awk -F '|' -v size="$size" 'BEGIN { OFS = "\t" } { print size, $2, $3, $5, $7 }' >>$here/growth.tsv
    stop_shop
done

echo
echo "## Activation, in the database of the last size"
$bench activation "$database"

echo
echo "## Memory of 100,000 idle carts"
psql -d postgres -c "create database carts"
start_shop "$(sed 's/Database=[^;]*/Database=carts/' <<<"$server")"
heap() { curl -s $url/metrics | awk '/^dotnet_gc_last_collection_heap_size_bytes/ { sum += $2 } END { printf "%d\n", sum / 1048576 }'; }
resident() { awk '/VmRSS/ { printf "%d\n", $2 / 1024 }' "/proc/$pid/status"; }
echo "before: $(resident) MiB resident"
$load carts --url $url --count 100000
echo "after: $(resident) MiB resident, $(heap) MiB in the heap after the last collection, $(curl -s $url/metrics | awk '/^orleans_catalog_activations[{ ]/ { sum += $2 } END { print sum }') activations"
stop_shop

if command -v gnuplot >/dev/null; then
    gnuplot -e "folder='$here'" $here/growth.gp
fi
