/// Addresses that aren't public: IANA's registries of special-purpose addresses, for IPv4 and for IPv6 within 2000::/3,
/// the only part that is assigned to the internet.
public enum SpecialAddresses {
    /// The blocks, as written in the registries.
    public static let blocks = [
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4", "2001::/23", "2001:db8::/32", "3fff::/20",
    ]

    private static let read = blocks.compactMap { AddressBlock($0) }

    static func contain(_ address: NetworkAddress) -> Bool {
        read.contains { $0.contains(address) }
    }
}
