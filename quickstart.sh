#!/bin/bash
# From a bare Debian 12 to an intercepted call: installs what the build needs, builds into build/, shows what hi2 does with records, then runs
# a whole system on this machine: a call with encrypted media, its records and keys, and the media decrypted.
set -euo pipefail
cd "$(dirname "$0")"

say() { printf '\n== %s\n' "$*"; }
show() { printf '\n$ %s\n' "${*/#build\/bin\//}"; "$@"; }

.ci/packages build lab
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

echo
echo "The $(wc -c <"$made") octets made from samples/eps/keys.json are those of samples/eps/keys.ber."

# Whatever happens, nothing goes on running; when something is wrong, the logs come.
lab=build/quickstart-lab
finish() {
  local result=$?
  samples/lab/run "$lab" stop >/dev/null 2>&1 || true
  if [[ $result -ne 0 ]]; then
    echo "quickstart: the call failed; everything of it is in $lab" >&2
    tail -n 20 "$lab"/{lemf,kms,kms2,df2}.log >&2 2>/dev/null || true
  fi
}
if [[ -d $lab ]]; then samples/lab/run "$lab" stop >/dev/null 2>&1 || true; fi
rm -rf "$lab"

say "A whole system on this machine: DF2/MF, LEMF and two KMSs, with certificates made now, on loopback"
trap finish EXIT
unset HI2_BIN
samples/lab/make "$lab"
samples/lab/run "$lab" start
samples/lab/run "$lab" status

say "A call with encrypted media, intercepted under a warrant"
samples/lab/call "$lab"
samples/lab/run "$lab" stop

say "Done. Everything of the call is in $lab; nothing runs any more"
echo "   Play it again, or another one:   samples/lab/run $lab start; samples/lab/call $lab forked   (samples/lab/README.md)"
echo "   Look into records:               build/bin/hi2 --help, samples/README.md"
echo "   Run the tests:                   ./test.sh"
