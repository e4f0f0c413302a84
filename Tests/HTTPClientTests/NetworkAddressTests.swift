import Testing

@testable import HTTPClient

@Suite struct NetworkAddressTests {
    /// The first and the last address of each block, and its neighbors.
    @Test(arguments: [
        ("0.0.0.0", false), ("0.255.255.255", false), ("1.0.0.0", true), ("9.255.255.255", true), ("10.0.0.0", false),
        ("10.255.255.255", false), ("11.0.0.0", true), ("100.63.255.255", true), ("100.64.0.0", false),
        ("100.127.255.255", false), ("100.128.0.0", true), ("126.255.255.255", true), ("127.0.0.1", false),
        ("127.255.255.255", false), ("128.0.0.0", true), ("169.253.255.255", true), ("169.254.169.254", false),
        ("169.255.0.0", true), ("172.15.255.255", true), ("172.16.0.0", false), ("172.31.255.255", false),
        ("172.32.0.0", true), ("192.0.0.8", false), ("192.0.2.1", false), ("192.167.255.255", true),
        ("192.168.0.1", false),
        ("192.169.0.0", true), ("198.17.255.255", true), ("198.18.0.0", false), ("198.19.255.255", false),
        ("198.20.0.0", true), ("203.0.113.1", false), ("223.255.255.255", true), ("224.0.0.1", false),
        ("239.255.255.255", false), ("240.0.0.1", false), ("255.255.255.255", false), ("8.8.8.8", true),
        ("127.1", false), ("2130706433", false), ("0x7f.1", false), ("0177.0.0.1", false),
        ("::", false), ("::1", false), ("::ffff:127.0.0.1", false), ("::ffff:8.8.8.8", true), ("::8.8.8.8", false),
        ("64:ff9b::7f00:1", false), ("64:ff9b::808:808", true), ("64:ff9b:1::1", false), ("2002:7f00:1::", false),
        ("2002:808:808::", true), ("2001::1", false), ("2001:1ff::1", false), ("2001:200::1", true),
        ("2001:db8::1", false),
        ("3fff:fff::1", false), ("2606:4700::1111", true), ("fc00::1", false), ("fdff::1", false), ("fe80::1", false),
        ("fe80::1%1", false), ("fec0::1", false), ("ff02::1", false), ("4000::1", false), ("1fff::1", false),
    ])
    func isPublic(_ text: String, _ wanted: Bool) {
        #expect(NetworkAddress(text)?.isPublic == wanted, "\(text)")
    }

    /// A block that can't be read would be public.
    @Test(arguments: SpecialAddresses.blocks)
    func blocksCanBeRead(_ text: String) {
        #expect(AddressBlock(text) != nil)
    }

    /// Names are no addresses.
    @Test(arguments: ["", "localhost", "1.2.3.4.5", "256.1.1.1", "::g"])
    func noAddress(_ text: String) {
        #expect(NetworkAddress(text) == nil)
    }

    /// What a URL shows without anybody being asked.
    @Test(arguments: [
        ("http://localhost/", true), ("http://a.LOCALHOST./", true), ("http://127.1/", true), ("http://[::1]/", true),
        ("http://[fe80::1%25eth0]/", true), ("http://8.8.8.8/", false), ("http://h/", false),
        ("http://localhost.com/", false),
    ])
    func written(_ url: String, _ wanted: Bool) throws {
        #expect(try HTTPURL(url).isWrittenPrivate == wanted)
    }
}
