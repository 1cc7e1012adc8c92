#!/usr/bin/env bash
# Builds everything, checks how it is written, runs every test: on the embedded database, and what a shop does once more on PostgreSQL.
# Needs the .NET SDK of global.json, and PostgreSQL 15 or newer: COMMERCE_TEST_POSTGRES names a server; otherwise a private one is started in a temporary
# folder (as root on Debian its package is installed when it is not there).
# The last line says how many tests passed and failed; the exit code is 0 only when something ran and nothing failed.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
exec </dev/null

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1 MSBUILDTERMINALLOGGER=off
export MSBUILDDISABLENODEREUSE=1 # no build server outlives this script

solution=CommerceGrains.sln
configuration=Release
results=artifacts/test-results
broken=0

step() {
    local name=$1 from=$SECONDS
    shift
    printf '\n== %s\n' "$name"
    "$@"
    local code=$?
    printf '== %s: %s after %d s\n' "$name" "$([ $code -eq 0 ] && echo done || echo "FAILED ($code)")" $((SECONDS - from))
    [ $code -eq 0 ] || broken=1
    return $code
}

locked=()
[ "${CI:-}" = true ] && locked=(--locked-mode)

postgres=
start_postgres() {
    [ -z "${COMMERCE_TEST_POSTGRES:-}" ] || { echo "COMMERCE_TEST_POSTGRES names a server: that one is used"; return 0; }
    postgres=$(mktemp -d "${TMPDIR:-/tmp}/commerce-test.XXXXXX") || return 1
    COMMERCE_TEST_POSTGRES=$(tests/postgres.sh start "$postgres") || return 1
    export COMMERCE_TEST_POSTGRES
}
stop_postgres() {
    [ -z "$postgres" ] || { tests/postgres.sh stop "$postgres"; rm -rf "$postgres"; }
}
trap stop_postgres EXIT
trap 'exit 130' INT TERM

run_tests() { # name, database, what, further arguments
    local name=$1 database=$2 what=$3
    shift 3
    # One test project at a time: the end-to-end tests start whole shops.
    COMMERCE_TEST_DATABASE=$database step "$name" dotnet test "$what" --configuration "$configuration" --no-build --results-directory "$results/$database" --logger trx -maxcpucount:1 "$@"
}

rm -rf "$results"
if step restore dotnet restore "$solution" "${locked[@]}" && step build dotnet build "$solution" --configuration "$configuration" --no-restore -maxcpucount:2; then
    step format dotnet format whitespace "$solution" --no-restore --verify-no-changes
    # The next version is only wanted by the end-to-end tests: it is built while the others run, and gives way to them.
    mkdir -p artifacts
    nice -n 19 tests/Upgrade/build-next.sh "$configuration" >artifacts/next.log 2>&1 &
    next=$!
    step "a PostgreSQL server" start_postgres
    run_tests "tests/Cluster, shops on files" embedded tests/Cluster
    step "the next version, for the rolling upgrade" wait "$next" || cat artifacts/next.log
    # Nor do these two want a whole machine each.
    run_tests tests/Unit files tests/Unit >artifacts/unit.log 2>&1 &
    unit=$!
    run_tests tests/Adapters embedded tests/Adapters
    wait "$unit" || broken=1
    cat artifacts/unit.log
    run_tests "tests/EndToEnd, shops on files" embedded tests/EndToEnd
    # The same again where a shop is started, without what brings databases of its own and what says nothing of a database.
    for project in Cluster EndToEnd; do
        run_tests "tests/$project, shops on PostgreSQL" postgres "tests/$project" --filter 'database!=own&database!=files'
    done
fi

# A project whose run was cut short says so in its outcome, not in its counters.
passed=0
failed=0
while IFS= read -r -d '' trx; do
    counters=$(tr '\n' ' ' <"$trx" | grep -o '<Counters [^>]*>' | head -n 1)
    count() { sed -n "s/.* $1=\"\([0-9]*\)\".*/\1/p" <<<"$counters"; }
    total=$(count total) ok=$(count passed) skipped=$(count notExecuted)
    passed=$((passed + ${ok:-0}))
    failed=$((failed + ${total:-0} - ${ok:-0} - ${skipped:-0}))
    grep -q '<ResultSummary outcome="\(Completed\|Passed\)"' "$trx" || broken=1
done < <(find "$results" -name '*.trx' -print0 2>/dev/null)

[ $((passed + failed)) -gt 0 ] || broken=1
[ "$failed" -eq 0 ] || broken=1
[ "$broken" -eq 0 ] || printf '\nNot everything is well: see above.\n'
printf '%d passed, %d failed\n' "$passed" "$failed"
exit "$broken"
