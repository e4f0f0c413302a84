#!/bin/sh
# Fuzzes the HTTP server with libFuzzer. Usage: Tests/fuzz/run.sh [SECONDS]
#
# `swift build` cannot link a fuzzer, so swiftc does it. What was found once lies in Tests/fuzz/requests and is run first;
# new finds are written there too.
set -eu
export SWIFT_BACKTRACE=enable=no
cd "$(dirname "$0")/../.."
out=.build/fuzz
flags="-sanitize=fuzzer,address -swift-version 6 -package-name cog -parse-as-library -O -enable-testing
    -enable-upcoming-feature ExistentialAny -enable-upcoming-feature MemberImportVisibility
    -enable-upcoming-feature InternalImportsByDefault
    -I Sources/CLibuv -I Sources/CHTTPParser/include -I $out"
mkdir -p $out/corpus
clang -c -g -O1 -fsanitize=address -I Sources/CHTTPParser/include Sources/CHTTPParser/parser.c -o $out/parser.o
for module in EventLoop HTTPServer; do
    # shellcheck disable=SC2046,SC2086
    swiftc $flags -emit-module -emit-module-path $out/$module.swiftmodule -emit-library -static \
        -module-name $module $(find Sources/$module -name '*.swift') -o $out/lib$module.a
done
# shellcheck disable=SC2086
swiftc $flags Tests/fuzz/RequestFuzzer.swift $out/libHTTPServer.a $out/libEventLoop.a $out/parser.o -o $out/requests
exec $out/requests -timeout=10 -max_total_time="${1:-60}" -max_len=1024 -dict=Tests/fuzz/http.dict \
    -artifact_prefix=Tests/fuzz/requests/ $out/corpus Tests/fuzz/requests
