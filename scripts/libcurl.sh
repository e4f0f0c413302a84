#!/usr/bin/env bash
# Makes libcoglet-curl.so, which contains libcurl and everything it needs, and prints the folder with the library and its
# licenses. Debian's curl is built here, with its fixes, because Debian's own library needs 27 others and a newer C
# library than we require.
#
# usage: scripts/libcurl.sh
# Kept outside the checkout (COG_BUILD_CACHE, by default ~/.cache/cog-build): remove that to build a newer release.
set -euo pipefail
# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

suites="bookworm bookworm-updates"
mirror=http://deb.debian.org
inputs=(scripts/libcurl.sh Sources/CurlCarrier/carrier.c Sources/CGlibcFloor/*.c)
archives=(libssl.a libcrypto.a libz.a libnghttp2.a)

# The system's archives are part of it: a newer OpenSSL makes a new one.
key=$({ cat "${inputs[@]}"; for name in "${archives[@]}"; do cat "$("$compiler" -print-file-name="$name")"; done; } |
    sha256sum | cut -c1-16)
cache=${COG_BUILD_CACHE:-$HOME/.cache/cog-build}
made=$cache/libcurl-$key
if [ -d "$made" ]; then
    echo "$made"
    exit 0
fi

step "libcurl"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
run() { "$@" >"$work/log" 2>&1 || { tail -n 30 "$work/log" >&2; die "$1 failed"; }; }

# Debian's sources are read from a private folder, and the system's lists stay as they are. apt checks the signatures.
fetch() {
    local keyring=/usr/share/keyrings/debian-archive-keyring.gpg form='Types: deb-src\nURIs: %s\nSuites: %s\nComponents: main\nSigned-By: %s\n\n'
    mkdir -p "$work/lists/partial" "$work/parts" "$work/source"
    # shellcheck disable=SC2059
    printf "$form$form" "$mirror/debian" "$suites" "$keyring" "$mirror/debian-security" bookworm-security "$keyring" \
        >"$work/parts/source.sources"
    local options=(-qq -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$work/parts"
        -o Dir::State::Lists="$work/lists" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= -o APT::Sandbox::User=root)
    run apt-get "${options[@]}" update
    (cd "$work/source" && run apt-get "${options[@]}" source --download-only curl)
    # apt has checked the file against the signed list.
    run dpkg-source --no-check -x "$work"/source/curl_*.dsc "$work/curl"
}

build() {
    local off
    off=(--without-{brotli,gssapi,libidn2,libpsl,librtmp,libssh,libssh2,zstd}
        --disable-{dict,file,ftp,gopher,imap,ldap,ldaps,mqtt,pop3,rtsp,smb,smtp,telnet,tftp}
        --disable-{manual,symbol-hiding,shared,alt-svc,hsts,unix-sockets})
    # The folder of nghttp2 holds the archive alone, so that the shared library isn't found.
    mkdir "$work/nghttp2"
    ln -s "$("$compiler" -print-file-name=libnghttp2.a)" "$work/nghttp2/"
    cd "$work/curl"
    CC=$compiler CFLAGS="-O2 -fPIC -ffunction-sections" run ./configure "${off[@]}" --with-openssl \
        --with-nghttp2="$work/nghttp2" --enable-threaded-resolver
    run make -j"$(nproc)" -C lib libcurl.la
    cd "$root"
}

# Debian's libnghttp2.a is position independent except for one use of `stderr`, in a debugging function.
link() {
    local flags=(-O2 -fPIC -fvisibility=hidden -ffunction-sections -DCOG_GLIBC_FLOOR -ISources/CGlibcFloor/include)
    objcopy --redefine-sym stderr=cogcurl_stderr "$(readlink -f "$work/nghttp2/libnghttp2.a")" "$work/libnghttp2.a"
    printf '#include <stdio.h>\n__attribute__((visibility("hidden"))) FILE *cogcurl_stderr;\n' >"$work/stderr.c"
    printf '{ global: curl_*; cogcurl_carried_version; local: *; };\n' >"$work/exports"
    run "$compiler" -shared "${flags[@]}" -I"$work/curl/include" -o "$work/libcoglet-curl.so" \
        Sources/CurlCarrier/carrier.c Sources/CGlibcFloor/versions.c Sources/CGlibcFloor/replacements.c "$work/stderr.c" \
        -fuse-ld=lld -Wl,--whole-archive "$work/curl/lib/.libs/libcurl.a" -Wl,--no-whole-archive \
        "$work/libnghttp2.a" -l:libssl.a -l:libcrypto.a -l:libz.a \
        -Wl,--gc-sections -Wl,-z,defs -Wl,--version-script="$work/exports" \
        -Wl,--no-as-needed -l:libpthread.so.0 -l:libdl.so.2
    strip "$work/libcoglet-curl.so"
}

# The texts that the licenses require, and a list of the contents for vulnerability scanners.
describe() {
    local name package entries=()
    mkdir -p "$work/made/licenses"
    cp "$work/curl/COPYING" "$work/made/licenses/curl.txt"
    entries+=("curl $(dpkg-parsechangelog -l "$work/curl/debian/changelog" -S Version)")
    for name in openssl:libssl-dev nghttp2:libnghttp2-dev zlib:zlib1g-dev; do
        package=${name#*:}
        name=${name%:*}
        cp "/usr/share/doc/$package/copyright" "$work/made/licenses/$name.txt"
        entries+=("$name $(dpkg-query --show --showformat='${Version}' "$package")")
    done
    printf '%s\n' "${entries[@]}" | "$(any_python)" -c '
import json, sys
parts = [line.split() for line in sys.stdin]
distribution = sys.argv[1]
print(json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "components": [
    {"type": "library", "name": name, "version": version, "purl": f"pkg:deb/{distribution}/{name}@{version}"}
    for name, version in parts]}, indent=1))' "$(. /etc/os-release && echo "$ID")" >"$work/made/licenses/sbom.cdx.json"
}

fetch
build
link
describe
mv "$work/libcoglet-curl.so" "$work/made/"
mkdir -p "$cache"
rm -rf "$made.part"
mv "$work/made" "$made.part"
mv -T "$made.part" "$made"
echo "$made"
