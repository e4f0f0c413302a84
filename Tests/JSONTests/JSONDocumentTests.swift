import JSON
import Testing

private func failure(_ text: String) -> String? {
    do { _ = try JSONDocument.parsing(text); return nil } catch { return "\(error)" }
}

@Test(arguments: [
    "null", "true", "[]", "{}", "0", "-0", "1.0", "1e2", "\"\\u00fc\"", "[1,[2,[3]]]", " [1] \n",
    "18446744073709551615", "-9223372036854775808",
])
func acceptance(text: String) {
    #expect(failure(text) == nil)
}

private let texts = [
    #"{"b":1,"a":[1.0,-0.0,1e2,1.50]}"#,
    #"{"z":{"y":null,"x":true},"a":"ü\"\\\n\u001f</script>"}"#,
    "[18446744073709551615,-9223372036854775808,18446744073709551616,1000000000000000000000000000000]",
]

/// What was read is written the same.
@Test(arguments: texts)
func roundTrip(text: String) throws {
    #expect(try JSONDocument.parsing(text).root.text() == text)
}

@Test func wideIntegersAreIntegers() throws {
    let root = try JSONDocument.parsing("[100000000000000000000, 1e30, 5e0]").root
    #expect(root[0].kind == .integer)
    #expect(root[1].kind == .number)
    #expect(root[2].kind == .number)
    #expect(root[0].double == 1e20)
}

/// An exponent makes a number, however it is spelled and whatever follows it.
@Test(arguments: [
    "1e-00", "1.5e-00", "-1e-00", "-0e-00", "1e-000", "100000000000000000000e-00", "1E-00", "1e-0", "1e+00",
    "1.0e-000000",
])
func exponentsMakeNumbers(number: String) throws {
    for text in ["[\(number)]", "[-0,\(number),100000000000000000000]"] {
        let root = try JSONDocument.parsing(text).root
        let value = root[root.count / 2]
        #expect(value.kind == .number)
        #expect(value.int == nil)
        #expect(value.double == Double(number))
        #expect(root.text() == text)
    }
}

@Test func depthLimit() throws {
    let deep = String(repeating: "[", count: 127) + String(repeating: "]", count: 127)
    #expect(failure(deep) == nil)
    #expect(failure("[" + deep + "]")?.hasPrefix("recursion limit exceeded") == true)
}

final class JSONTestOwner {
    let text: String
    let bytes: UnsafeRawBufferPointer
    convenience init(_ text: String) { self.init(Array(text.utf8)) }
    init(_ text: [UInt8]) {
        self.text = String(decoding: text, as: UTF8.self)
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: text.count, alignment: 8)
        copy.copyBytes(from: text)
        bytes = UnsafeRawBufferPointer(copy)
    }
    deinit { bytes.deallocate() }
}

private let numbers: [(Double, String)] = [
    (100.0, "100.0"), (1e15, "1000000000000000.0"), (0.00001, "0.00001"), (1e16, "1e+16"), (1e-6, "1e-6"),
    (1.5e300, "1.5e+300"), (-0.0, "-0.0"), (0.1, "0.1"), (123.456, "123.456"), (0.001725419, "0.001725419"),
    (1.1805916207174112e+21, "1.1805916207174112e+21"),
]

@Test(arguments: numbers)
func numbersAreWrittenShortest(value: Double, text: String) {
    var output: [UInt8] = []
    appendJSONNumber(value, to: &output)
    #expect(String(decoding: output, as: UTF8.self) == text)
}
