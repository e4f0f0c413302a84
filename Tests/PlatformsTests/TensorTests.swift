import JSON
import Testing

@testable import Platforms

/// The elements of tensors.
@Suite struct Elements {
    private func text(_ datatype: TensorDatatype, _ bytes: [UInt8]) -> String? {
        var text: [UInt8] = []
        return bytes.withUnsafeBytes { datatype.append($0, to: &text) } ? String(decoding: text, as: UTF8.self) : nil
    }

    private static let binaryCases: [(datatype: TensorDatatype, bytes: [UInt8], json: String?)] = [
        (.bool, [0], "false"), (.bool, [2], "true"), (.uint8, [255], "255"), (.int8, [255], "-1"),
        (.uint16, [1, 2], "513"), (.int16, [0, 128], "-32768"), (.uint32, [255, 255, 255, 255], "4294967295"),
        (.int32, [255, 255, 255, 255], "-1"), (.int64, [254, 255, 255, 255, 255, 255, 255, 255], "-2"),
        (.uint64, [255, 255, 255, 255, 255, 255, 255, 255], "18446744073709551615"),
        (.float16, [0, 60], "1.0"), (.float16, [255, 123], "65504.0"), (.float16, [1, 128], "-5.960464477539063e-8"),
        (.float16, [0, 124], nil), (.float16, [1, 124], nil), (.float16, [0, 128], "-0.0"),
        (.bfloat16, [192, 63], "1.5"),
        (.float32, [0, 0, 192, 191], "-1.5"), (.float32, [0, 0, 128, 127], nil), (.float32, [0, 0, 192, 127], nil),
        (.float64, [0, 0, 0, 0, 0, 0, 224, 63], "0.5"), (.float64, [0, 0, 0, 0, 0, 0, 240, 255], nil),
    ]

    @Test(arguments: binaryCases.indices) func binary(index: Int) {
        let (datatype, bytes, json) = Self.binaryCases[index]
        #expect(datatype.size == bytes.count)
        #expect(text(datatype, bytes) == json)
    }

    private static let jsonCases: [(datatype: TensorDatatype, value: String, fits: Bool)] = [
        (.uint8, "255", true), (.uint8, "256", false), (.uint8, "-1", false), (.uint8, "1.0", false),
        (.int8, "-128", true), (.int8, "128", false), (.int16, "32768", false), (.uint16, "65535", true),
        (.int32, "2147483648", false), (.uint32, "4294967295", true), (.int64, "9223372036854775807", true),
        (.int64, "9223372036854775808", false), (.uint64, "18446744073709551615", true),
        (.uint64, "18446744073709551616", false), (.float16, "65504", true), (.float16, "65505", false),
        (.float32, "1e38", true), (.float32, "1e39", false), (.bfloat16, "-2", true), (.float64, "1e300", true),
        (.float64, #""1""#, false), (.bool, "true", true), (.bool, "1", false), (.bytes, #""x""#, true),
        (.bytes, "1", false), (.int64, "null", false), (.float64, "null", false),
    ]

    @Test(arguments: jsonCases.indices) func json(index: Int) throws {
        let (datatype, value, fits) = Self.jsonCases[index]
        #expect(datatype.accepts(try JSONDocument.parsing(value).root) == fits)
    }
}

/// How tensors are divided among predictions.
@Suite struct Layouts {
    private static let layouts: [(shape: [Int], rank: Int, rows: Int?, rowShape: [Int])] = [
        ([1], 0, nil, []), ([], 0, nil, []), ([1, 1], 0, nil, []), ([3], 0, 3, []), ([3, 1], 0, 3, []),
        ([4], 1, nil, [4]), ([0], 1, nil, [0]), ([1, 4], 1, 1, [4]), ([2, 4], 1, 2, [4]), ([2, 0], 1, 2, [0]),
        ([10_000, 0], 1, 10_000, [0]),
        ([2, 3], 2, nil, [2, 3]), ([5, 2, 3], 2, 5, [2, 3]),
    ]

    @Test(arguments: layouts.indices) func layout(index: Int) throws {
        let (shape, rank, rows, rowShape) = Self.layouts[index]
        let layout = try TensorLayout(shape: shape, rank: rank, limit: 100)
        #expect(layout.rows == rows)
        #expect(layout.rowShape == rowShape)
    }

    private static let refusals: [([Int], Int)] = [
        ([0], 0), ([2, 3], 0), ([1, 3], 0), ([], 1), ([2, 2, 2], 1), ([0, 2], 1), ([2], 2), ([101], 0),
        ([10_001, 0], 1),
        ([Int.max, 2], 1),
    ]

    @Test(arguments: refusals) func refused(shape: [Int], rank: Int) {
        #expect(throws: PlatformError.self) { try TensorLayout(shape: shape, rank: rank, limit: 100) }
    }

    @Test func numberOfPredictionsIsLimited() throws {
        #expect(try TensorLayout(shape: [InputText.limit], rank: 0, limit: 1 << 20).rows == InputText.limit)
        #expect(throws: PlatformError.self) { try TensorLayout(shape: [InputText.limit + 1], rank: 0, limit: 1 << 20) }
    }

    private static let rowCases: [(shape: [Int], rank: Int, texts: [String])] = [
        ([3], 0, ["0", "1", "2"]), ([3], 1, ["[0,1,2]"]), ([2, 2], 1, ["[0,1]", "[2,3]"]), ([0], 1, ["[]"]),
        ([2, 2], 2, ["[[0,1],[2,3]]"]), ([2, 1, 2], 2, ["[[0,1]]", "[[2,3]]"]), ([2, 0], 2, ["[[],[]]"]),
        ([2, 2, 2], 3, ["[[[0,1],[2,3]],[[4,5],[6,7]]]"]),
    ]

    @Test(arguments: rowCases.indices) func rowsAsJSON(index: Int) throws {
        let (shape, rank, texts) = Self.rowCases[index]
        let layout = try TensorLayout(shape: shape, rank: rank, limit: 100)
        var rows = TensorRows(layout)
        for number in 0..<layout.count {
            #expect(!rows.isFull)
            try rows.append { $0.append(contentsOf: "\(number)".utf8) }
        }
        #expect(rows.isFull)
        #expect(rows.texts.map { String(decoding: $0, as: UTF8.self) } == texts)
    }
}
