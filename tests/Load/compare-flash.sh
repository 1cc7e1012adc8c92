#!/usr/bin/env bash
# A flash sale against what one would write by hand, in one run on one private PostgreSQL (synchronous_commit=on):
#   1. a stored function on one hot row (Databases/hand-written.sql) by pgbench with 64 clients: orders/s
#   2. durable reservations of one SKU through its grain, in process: reservations/s
#   3. whole orders over HTTP, by express checkout of one SKU with 64 clients: orders/s
#   4. GET cart, by wrk, beside a bare Kestrel endpoint that answers the same bytes: requests/s
# and the ratios. Nothing else should run on the machine meanwhile; it takes about four minutes. Needs a Release build, curl, and wrk (installed by apt when missing
# and this is root). SECONDS_EACH and WARM_UP change how long each figure is taken; PORT is the first of two that it listens on.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

each=${SECONDS_EACH:-10}
warm_up=${WARM_UP:-40}
port=${PORT:-5401}
bench="dotnet artifacts/bin/Commerce.Tests.Benchmarks/release/Commerce.Tests.Benchmarks.dll"
load="dotnet artifacts/bin/Commerce.Tests.Load/release/Commerce.Tests.Load.dll"
silo="dotnet artifacts/bin/Commerce.Silo/release/Commerce.Silo.dll"
work=$(mktemp -d)
postgres=$(mktemp -d) # its own: another user may have to get in
key=a-key-for-this-run-alone
shop=http://127.0.0.1:$port
bare=http://127.0.0.1:$((port + 1))
started=()

stop() {
    local pid
    for pid in "${started[@]}"; do kill -TERM "$pid" 2>/dev/null || true; done
    for pid in "${started[@]}"; do wait "$pid" 2>/dev/null || true; done
    started=()
}
trap 'stop; tests/postgres.sh stop "$postgres" >/dev/null 2>&1 || true; rm -rf "$work" "$postgres"' EXIT

if ! command -v wrk >/dev/null; then
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || { echo "wrk is needed: 'apt-get install wrk'." >&2; exit 2; }
    apt-get install -yq --no-install-recommends wrk >/dev/null
fi

server=$(tests/postgres.sh start "$postgres")
bin=$(tests/postgres.sh binaries)
at() { sed -n "s/.*$1=\([^;]*\).*/\1/p" <<<"$server"; }
psql=("$bin/psql" -qX -h "$(at Host)" -p "$(at Port)" -U "$(at Username)")
database() { # name: a fresh one
    "${psql[@]}" -d postgres -c "create database $1" >/dev/null
    sed "s/Database=[^;]*/Database=$1/" <<<"$server"
}
until_it_answers() { until curl -sf -o /dev/null "$1"; do sleep 0.2; done; }
requests_a_second() { wrk -t 2 -c 64 -d "${each}s" "$@" | awk '/^Requests\/sec/ { printf "%d\n", $2 }'; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", (b > 0 ? a / b : 0) }'; }

echo "## By hand: one hot row, 64 clients (pgbench)"
database hand >/dev/null
"${psql[@]}" -d hand -f tests/Benchmarks/Databases/hand-written.sql >/dev/null 2>&1
printf "select hand_buy(1, 1, '%s');\n" "$(printf 'x%.0s' $(seq 240))" >"$work/one.sql"
by_hand=$("$bin/pgbench" -h "$(at Host)" -p "$(at Port)" -U "$(at Username)" -n -M prepared -c 64 -j 2 -T "$each" -f "$work/one.sql" hand | awk '/^tps/ { printf "%d\n", $3 }')
echo "$by_hand orders/s"

echo
echo "## Through the grain, in process: reservations of one SKU"
$bench hot "$(database grain)" "$each" | tee "$work/grain"
through_grain=$(grep '^| [0-9]' "$work/grain" | tr -d ', ' | awk -F '|' '$3 > best { best = $3 } END { print best }')

echo
echo "## Over HTTP: whole orders by express checkout of one SKU, 64 clients"
ASPNETCORE_ENVIRONMENT=Development Commerce__RateLimits__Enabled=false Commerce__AdminKey=$key Commerce__DataDirectory="$work/data" Commerce__Sandbox__Enabled=true \
    Commerce__Silo__Address=127.0.0.1 ConnectionStrings__Commerce="$(database shop)" $silo --urls "$shop" >"$work/shop.log" 2>&1 &
started+=($!)
until_it_answers "$shop/health/ready"
$load journey --express --sku ALIS-OOLO-50 --clients 64 --url "$shop" --admin-key $key --warm-up "${warm_up}s" --seconds "${each}s" 2>"$work/journey.log" | tee "$work/express" || { cat "$work/journey.log"; exit 1; }
over_http=$(grep '^| 64 ' "$work/express" | tr -d ', ' | awk -F '|' '{ print $3 }')

echo
echo "## GET cart, 64 connections (wrk)"
cart=$(curl -sf "$shop/v1/carts" -H 'Content-Type: application/json' -d '{"channel":"eu","lines":[{"sku":"ALIS-OOLO-50","quantity":1},{"sku":"ALIS-OOLO-100","quantity":1}]}')
id=$(sed 's/.*"id":"\(cart_[^"]*\)".*/\1/' <<<"$cart") token=$(sed 's/.*"token":"\([^"]*\)".*/\1/' <<<"$cart")
curl -sf "$shop/v1/carts/$id" -H "Authorization: Bearer $token" >"$work/cart.json"
$bench bare "$bare" "$work/cart.json" >/dev/null &
started+=($!)
until_it_answers "$bare"
requests_a_second "$shop/v1/carts/$id" -H "Authorization: Bearer $token" >/dev/null # until its path is compiled
requests_a_second "$bare" >/dev/null
cart_reads=$(requests_a_second "$shop/v1/carts/$id" -H "Authorization: Bearer $token")
bare_reads=$(requests_a_second "$bare")
echo "$cart_reads requests/s; the bare endpoint, the same $(stat -c %s "$work/cart.json") bytes: $bare_reads requests/s"

echo
echo "| | a second | by hand, or bare | ratio | aim |"
echo "|---|---:|---:|---:|---:|"
echo "| reservations through the grain | $through_grain | $by_hand | $(ratio "$through_grain" "$by_hand") | 10 |"
echo "| orders by express checkout | $over_http | $by_hand | $(ratio "$over_http" "$by_hand") | 1 |"
echo "| GET cart | $cart_reads | $bare_reads | $(ratio "$cart_reads" "$bare_reads") | 0.5 |"
