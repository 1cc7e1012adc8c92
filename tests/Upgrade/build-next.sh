#!/usr/bin/env bash
# Builds the silo of the next version, so that a test can run it beside this one: a copy of the sources in artifacts/next/tree with
# next.patch applied, its programs in artifacts/next/tree/artifacts. Does nothing when nothing has changed since the last time.
# Usage: tests/Upgrade/build-next.sh [configuration]; prints the path of the silo that it built.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1 MSBUILDTERMINALLOGGER=off MSBUILDDISABLENODEREUSE=1
configuration=${1:-Release}
patch=tests/Upgrade/next.patch
next=artifacts/next
sources=(adapters api grain-interfaces grains silo Directory.Build.props Directory.Packages.props global.json BannedSymbols.txt .editorconfig)
program=$next/tree/artifacts/bin/Commerce.Silo/${configuration,,}/Commerce.Silo.dll

files() { find "${sources[@]}" "$patch" tests/Upgrade/build-next.sh -type f -not -path '*/bin/*' -not -path '*/obj/*' -not -path '*/data/*' -print0 | LC_ALL=C sort -z; }
state="$configuration $(files | xargs -0 sha256sum | sha256sum)"
if [ -f "$program" ] && [ "$(cat "$next/state" 2>/dev/null)" = "$state" ]; then
    echo "$program"
    exit 0
fi

rm -rf "$next/state" "$next/fresh"
mkdir -p "$next/fresh" "$next/tree"
files | xargs -0 cp --parents --preserve=timestamps -t "$next/fresh"

# Outside of any repository as far as git can see, or it would skip what it takes for somebody else's files.
if ! GIT_CEILING_DIRECTORIES="$PWD/$next" git -C "$next/fresh" apply --recount --whitespace=nowarn "$PWD/$patch" >&2; then
    echo "$patch no longer applies to this tree: bring it up to date (docs/compatible-changes.md says how)." >&2
    exit 1
fi

# The outputs of the last time stay, so that only what changed is built again.
find "$next/tree" -mindepth 1 -maxdepth 1 -not -name artifacts -exec rm -rf {} +
cp -a "$next/fresh/." "$next/tree/"
rm -rf "$next/fresh"

dotnet build "$next/tree/silo" --configuration "$configuration" -maxcpucount:2 >&2
printf '%s' "$state" > "$next/state"
echo "$program"
