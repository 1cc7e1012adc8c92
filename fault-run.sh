#!/usr/bin/env bash
# The long run of the cluster fault test: PostgreSQL, three silos, a front end and the vendors as processes, a crowd that buys, and
# everything that can die dying under it. Prints what was done when beside what the clients saw, and the judgement on the books afterwards.
#
#   ./fault-run.sh [seconds, default 180] [seed, default another each time]
#
# Then a silo is killed 20 times, and how long its grains were out of reach is printed as a distribution.
#
#   ./fault-run.sh payments [checkouts, default 2000] [seed, default another each time]
#
# Payments through two vendors that lose answers (10 %), break down (5 %), cut connections (2 %) and send webhooks twice and out of order,
# while operators capture, refund and cancel and the shop is killed twice. Then the vendors' books and ours are held against each other.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDTERMINALLOGGER=off MSBUILDDISABLENODEREUSE=1
if [ "${1:-}" = payments ]; then
    export COMMERCE_PAYMENT_CHECKOUTS=${2:-2000} COMMERCE_PAYMENT_SEED=${3:-$RANDOM}
    dotnet build tests/EndToEnd --configuration Release -maxcpucount:2 -verbosity:quiet
    exec dotnet test tests/EndToEnd --configuration Release --no-build --logger 'console;verbosity=detailed' --filter 'FullyQualifiedName~TwoVendorsTests'
fi

export COMMERCE_FAULT_SECONDS=${1:-180} COMMERCE_FAULT_SEED=${2:-$RANDOM} COMMERCE_FAULT_KILLS=20

dotnet build tests/EndToEnd --configuration Release -maxcpucount:2 -verbosity:quiet
exec dotnet test tests/EndToEnd --configuration Release --no-build --logger 'console;verbosity=detailed' \
    --filter 'FullyQualifiedName~ClusterFaultTests|FullyQualifiedName~A_killed_silos_grains_are_reachable_again_within_five_seconds'
