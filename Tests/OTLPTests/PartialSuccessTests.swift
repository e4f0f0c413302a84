import OTLP
import Testing

/// What collectors answer.
@Suite struct PartialSuccessTests {
    private func read(_ bytes: [UInt8]) -> PartialSuccess? { bytes.withUnsafeBytes { PartialSuccess(reading: $0) } }

    /// `partial_success` is field 1; in it, the number is field 1 and the text field 2.
    @Test func reportsAreRead() {
        #expect(
            read([0x0A, 0x07, 0x08, 0x03, 0x12, 0x03, 0x66, 0x6F, 0x6F]) == PartialSuccess(rejected: 3, message: "foo"))
        #expect(read([0x0A, 0x02, 0x08, 0x05]) == PartialSuccess(rejected: 5, message: ""))
        #expect(read([0x0A, 0x05, 0x12, 0x03, 0x66, 0x6F, 0x6F]) == PartialSuccess(rejected: 0, message: "foo"))
    }

    /// Everything was accepted, or the answer isn't OTLP.
    @Test(arguments: [[], [0x0A, 0x00], [0x0A, 0x02, 0x08, 0x00], [0x7B, 0x7D], [0x0A, 0x07, 0x08], [0xFF]])
    func otherAnswersSayNothing(bytes: [UInt8]) {
        #expect(read(bytes) == nil)
    }
}
