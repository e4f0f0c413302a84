#!/usr/bin/env bash
# Fuzzes the readers of untrusted bytes with libFuzzer, under AddressSanitizer. Usage: scripts/fuzz.sh [SECONDS] [TARGET…]
#
# Without targets, all of them run, 60 seconds each. `swift build` cannot link a fuzzer, so swiftc does it. The seeds in
# Tests/fuzz/TARGET/seeds run first; a run writes failing inputs there, to be committed with the fix. Inputs that
# reach new code stay in .build/fuzz for the next run.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

export SWIFT_BACKTRACE=enable=no
seconds=${1:-60}
targets=("${@:2}")
[ ${#targets[@]} -gt 0 ] || targets=(requests json frames)
out=.build/fuzz
mkdir -p $out

# The modules that each target needs, lowest first.
declare -A modules=(
    [requests]="EventLoop HTTPFields HTTPServer"
    [json]="HTTPFields JSON JSONSchema Predictions"
    [frames]="EventLoop HTTPFields JSON JSONSchema Predictions WorkerProtocol Metrics Telemetry Workers"
)
# The C targets that they need.
declare -A sources_in_c=([requests]=CHTTPParser [json]="CBase64 CText CJSONScanner" [frames]="CBase64 CText CJSONScanner")
flags=(
    -sanitize=fuzzer,address -swift-version 6 -package-name cog -parse-as-library -O -enable-testing -D FUZZING
    -use-ld=lld
    -enable-upcoming-feature ExistentialAny -enable-upcoming-feature MemberImportVisibility
    -enable-upcoming-feature InternalImportsByDefault
    -I Sources/CLibuv -I Sources/CZlib -I Sources/CPCRE2 -I Sources/CLinux -I Sources/CHTTPParser/include
    -I Sources/CJSONScanner/include -I Sources/CText/include -I $out
)

declare -A built=()
build_module() {
    [ -z "${built[$1]:-}" ] || return 0
    built[$1]=yes
    local sources=()
    mapfile -t sources < <(find "Sources/$1" -name '*.swift')
    swiftc "${flags[@]}" -emit-module -emit-module-path "$out/$1.swiftmodule" -emit-library -static \
        -module-name "$1" "${sources[@]}" -o "$out/lib$1.a"
}

build_fuzzer() {
    local libraries=()
    for module in ${modules[$1]}; do
        build_module "$module"
        libraries=("$out/lib$module.a" "${libraries[@]}")
    done
    local folder file object
    for folder in ${sources_in_c[$1]}; do
        for file in "Sources/$folder"/*.c; do
            object=$out/$folder-$(basename "$file" .c).o
            "$compiler" -c -g -O1 -fsanitize=address,fuzzer-no-link -I "Sources/$folder/include" -I Sources/CBase64/include \
                -I Sources/CText/include "$file" -o "$object"
            libraries+=("$object")
        done
    done
    swiftc "${flags[@]}" "Tests/fuzz/$1"/*.swift "${libraries[@]}" -o "$out/$1"
}

for target in "${targets[@]}"; do
    [ -n "${modules[$target]:-}" ] || die "$target isn't a fuzz target: choose from ${!modules[*]}"
    step "fuzz $target: build"
    build_fuzzer "$target"
    step "fuzz $target: $seconds s"
    mkdir -p "$out/$target-corpus"
    "$out/$target" -timeout=10 -max_total_time="$seconds" -max_len=1024 -print_final_stats=1 \
        -dict="Tests/fuzz/$target/dictionary" -artifact_prefix="Tests/fuzz/$target/seeds/" \
        "$out/$target-corpus" "Tests/fuzz/$target/seeds"
done
