internal import Glibc

/// An IP address that knows whether it belongs to the public internet.
enum NetworkAddress: Equatable, Sendable {
    case v4(UInt32)
    case v6([UInt8])

    /// Parses an address like `inet_aton` and `inet_pton`, so it also accepts `127.1` and `0x7f000001`. Ignores a zone.
    init?(_ text: some StringProtocol) {
        var four = in_addr()
        var six = in6_addr()
        let address = String(text.prefix { $0 != "%" })
        if inet_pton(AF_INET6, address, &six) == 1 {
            self = .v6(withUnsafeBytes(of: &six) { Array($0) })
        } else if !address.isEmpty, inet_aton(address, &four) != 0 {
            self = .v4(UInt32(bigEndian: four.s_addr))
        } else {
            return nil
        }
    }

    /// The address in a system socket address; nil for other families.
    init?(_ address: UnsafePointer<sockaddr>) {
        switch Int32(address.pointee.sa_family) {
        case AF_INET:
            self = address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                .v4(UInt32(bigEndian: $0.pointee.sin_addr.s_addr))
            }
        case AF_INET6:
            self = address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
                .v6(withUnsafeBytes(of: $0.pointee.sin6_addr) { Array($0) })
            }
        default:
            return nil
        }
    }

    /// Whether the address is publicly reachable: not loopback, link-local, private, shared, multicast, or reserved
    /// (IANA's special-purpose registries). An IPv6 address that stands for an IPv4 address is treated like it.
    var isPublic: Bool {
        if case .v6(let bytes) = self {
            if let embedded = Self.embeddedV4(bytes) { return embedded.isPublic }
            guard bytes[0] & 0xE0 == 0x20 else { return false }
        }
        return !SpecialAddresses.contain(self)
    }

    /// IPv4-mapped ::ffff:0:0/96, NAT64 64:ff9b::/96, and 6to4 2002::/16.
    private static func embeddedV4(_ bytes: [UInt8]) -> NetworkAddress? {
        let mapped = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF]
        let translated: [UInt8] = [0x00, 0x64, 0xFF, 0x9B] + [UInt8](repeating: 0, count: 8)
        if bytes.starts(with: mapped) || bytes.starts(with: translated) { return .v4(bits(bytes[12..<16])) }
        return bytes.starts(with: [0x20, 0x02]) ? .v4(bits(bytes[2..<6])) : nil
    }

    private static func bits(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        bytes.reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// The bytes, most significant first.
    var bytes: [UInt8] {
        switch self {
        case .v4(let bits): [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: bits >> $0) }
        case .v6(let bytes): bytes
        }
    }
}

/// A block of addresses with the same leading bits.
struct AddressBlock: Equatable, Sendable {
    let bytes: [UInt8]
    let length: Int

    init(bytes: [UInt8], length: Int) {
        self.bytes = bytes
        self.length = length
    }

    /// Parses `10.0.0.0/8` or `fd00::/8`.
    init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let address = NetworkAddress(parts[0]), let length = Int(parts[1]),
            (0...address.bytes.count * 8).contains(length)
        else { return nil }
        self.init(bytes: address.bytes, length: length)
    }

    func contains(_ address: NetworkAddress) -> Bool {
        let other = address.bytes
        // An IPv4 block has only four bytes.
        guard bytes.count == other.count else { return false }
        return (0..<length).allSatisfy { bit in
            let mask = UInt8(0x80) >> UInt8(bit % 8)
            return bytes[bit / 8] & mask == other[bit / 8] & mask
        }
    }
}
