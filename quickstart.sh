#!/bin/bash
# From a bare Debian 12 to decoded records: installs what the build needs, builds into build/, then shows what hi2 does.
set -euo pipefail
cd "$(dirname "$0")"

say() { printf '\n== %s\n' "$*"; }
show() { printf '\n$ %s\n' "${*/#build\/bin\//}"; "$@"; }

.ci/packages build
say "Building (some minutes on the first run)"
cmake --preset default -DHI2KIT_TESTS=OFF
cmake --build build

say "What is in the sample captures: a line for each record"
show build/bin/hi2 ls samples/*/*.ber

say "A key record, every member by its name; key material is masked unless --show-keys is given"
show build/bin/hi2 decode samples/umts/keys.ber

say "The same octets with an explanation of each"
show build/bin/hi2 decode -o hex samples/umts/keys.ber

say "From JSON to octets, and back"
made=build/quickstart.ber
printf '\n$ hi2 encode samples/eps/keys.json > %s\n' "$made"
build/bin/hi2 encode samples/eps/keys.json >"$made"
show build/bin/hi2 decode -o json "$made"

if ! cmp "$made" samples/eps/keys.ber; then
  echo "quickstart: $made differs from samples/eps/keys.ber" >&2
  exit 1
fi
say "A MIKEY-TICKET call, played offline: the last lines; 'hi2 mikey call' explains all six messages"
printf '\n$ hi2 mikey call | tail -n 8\n'
build/bin/hi2 mikey call | tail -n 8

say "Done: the $(wc -c <"$made") octets made from samples/eps/keys.json are those of samples/eps/keys.ber"
echo "   Next: build/bin/hi2 --help, samples/README.md, ./test.sh"
