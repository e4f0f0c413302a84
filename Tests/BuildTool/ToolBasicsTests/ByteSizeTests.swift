import Testing

@testable import ToolBasics

@Test(
    arguments: [
        ("50MB", 50_000_000), ("1.5 GiB", 1_610_612_736), ("1000", 1000), ("2g", 2_000_000_000), ("10 kB", 10_000),
        ("0", 0), ("much", nil), ("-1", nil), ("", nil), ("1e30", nil),
    ] as [(String, Int?)])
func sizes(text: String, bytes: Int?) {
    #expect(ByteSize(text)?.bytes == bytes)
}
