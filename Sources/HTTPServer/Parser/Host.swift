internal import Glibc

/// Whether `value` is a valid `Host` field: empty, or a host with an optional port (RFC 9110, 7.2).
func isHostField(_ value: UnsafeRawBufferPointer) -> Bool {
    value.isEmpty || isHostAndPort(value)
}

/// Whether `target` is in absolute form and names a resource that an HTTP server can have: its scheme is http or https,
/// and its authority is a host without user information (RFC 9112, 3.2.2; RFC 9110, 4.2).
func isAbsoluteTarget(_ target: UnsafeRawBufferPointer) -> Bool {
    guard let colon = target.firstIndex(of: UInt8(ascii: ":")), colon + 3 <= target.count,
        target[colon + 1] == UInt8(ascii: "/"), target[colon + 2] == UInt8(ascii: "/")
    else { return false }
    let scheme = UnsafeRawBufferPointer(rebasing: target[..<colon])
    guard scheme.equalsIgnoringCase("http") || scheme.equalsIgnoringCase("https") else { return false }
    let rest = target[(colon + 3)...]
    let end = rest.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") }
    return isHostAndPort(UnsafeRawBufferPointer(rebasing: rest[..<(end ?? target.count)]))
}

/// Whether these bytes are a nonempty host with an optional port (RFC 3986, 3.2.2 and 3.2.3).
///
/// The host must not be empty: RFC 9110, 4.2.1 declares such http URLs invalid.
func isHostAndPort(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var end = 0
    if bytes.first == UInt8(ascii: "[") {
        guard let bracket = bytes.firstIndex(of: UInt8(ascii: "]")),
            isAddressLiteral(UnsafeRawBufferPointer(rebasing: bytes[1..<bracket]))
        else { return false }
        end = bracket + 1
    } else {
        while end < bytes.count, bytes[end] != UInt8(ascii: ":") {
            if bytes[end] == UInt8(ascii: "%") {
                guard end + 2 < bytes.count, isHexDigit(bytes[end + 1]), isHexDigit(bytes[end + 2]) else {
                    return false
                }
                end += 2
            } else if !isNameByte(bytes[end]) {
                return false
            }
            end += 1
        }
    }
    guard end > 0 else { return false }
    guard end < bytes.count else { return true }
    return bytes[end] == UInt8(ascii: ":") && bytes[(end + 1)...].allSatisfy(isDigit)
}

/// Whether these bytes may appear between brackets: an IPv6 address, or an address of a future version.
private func isAddressLiteral(_ bytes: UnsafeRawBufferPointer) -> Bool {
    if let first = bytes.first, first == UInt8(ascii: "v") || first == UInt8(ascii: "V") {
        guard let dot = bytes.firstIndex(of: UInt8(ascii: ".")) else { return false }
        let version = bytes[1..<dot]
        let address = bytes[(dot + 1)...]
        return !version.isEmpty && version.allSatisfy(isHexDigit) && !address.isEmpty
            && address.allSatisfy { isNameByte($0) || $0 == UInt8(ascii: ":") }
    }
    // inet_pton needs a terminating NUL, and would take one in the middle for the end.
    guard bytes.count < Int(INET6_ADDRSTRLEN), !bytes.contains(0) else { return false }
    var address = in6_addr()
    return inet_pton(AF_INET6, bytes.map { CChar(bitPattern: $0) } + [0], &address) == 1
}

/// The bytes of a registered name, except percent-encoded ones.
@inline(__always)
private func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
    case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "!"),
        UInt8(ascii: "$"), UInt8(ascii: "&"), UInt8(ascii: "'"), UInt8(ascii: "("), UInt8(ascii: ")"),
        UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "="):
        true
    default: false
    }
}
