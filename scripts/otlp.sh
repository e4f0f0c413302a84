#!/usr/bin/env bash
# Writes the C code for OTLP's messages from Sources/COTLP/otlp.proto. The result is committed, so only changing the
# messages requires the generator: Debian's protobuf-c-compiler and libprotobuf-dev.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

command -v protoc-c >/dev/null || die "protoc-c is missing: install protobuf-c-compiler, libprotobuf-dev and libprotobuf-c-dev"
cd Sources/COTLP
protoc-c -I/usr/include -I. --c_out=. otlp.proto
mv otlp.pb-c.h include/
