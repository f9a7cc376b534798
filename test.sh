#!/bin/bash
# Installs what is missing, checks floors and format, builds into build/ and runs all tests.
# The last lines are ctest's summary; the exit code is 0 only when everything passed.
set -euo pipefail
cd "$(dirname "$0")"

.ci/packages build test
echo "== floors and format"
.ci/floors
.ci/format
echo "== build"
cmake --preset default -DHI2KIT_TESTS=ON
cmake --build build
echo "== tests"
ctest --test-dir build --output-on-failure -j "$(nproc)"
