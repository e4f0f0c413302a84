import JSON
import Testing

/// Compares arrays of numbers, which are read many bytes at a time, with the same text read byte by byte.
@Suite struct NumberRunTests {
    /// The result of reading a text.
    private struct Outcome: Equatable {
        var error: String?
        var values = 0
        var isDoubtful = false
    }

    private func outcome(_ bytes: [UInt8], _ shape: JSONShape?, step: Int) -> Outcome {
        let scanner = JSONScanner(shape: shape)
        do {
            for end in stride(from: step, to: bytes.count, by: step) {
                try bytes[..<end].withUnsafeBytes { try scanner.read($0, isFinal: false) }
            }
            try bytes.withUnsafeBytes { try scanner.read($0, isFinal: true) }
            return Outcome(values: scanner.valueCount, isDoubtful: scanner.isDoubtful)
        } catch {
            return Outcome(error: "\(error)")
        }
    }

    private func expectAgreement(
        _ text: String, _ shape: JSONShape? = nil, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let bytes = [UInt8](text.utf8)
        let bytewise = outcome(bytes, shape, step: 1)
        for step in [bytes.count, 100, 70] {
            let whole = outcome(bytes, shape, step: step)
            if whole != bytewise {
                Issue.record("\(text): \(whole), not \(bytewise), in steps of \(step)", sourceLocation: sourceLocation)
            }
        }
        // A scanner of a model's output has no size limits.
        let isAccepted = bytes.withUnsafeBytes { isJSONText($0) }
        if isAccepted != (bytewise.error == nil), bytewise.error?.contains("range") != true {
            Issue.record("\(text): \(isAccepted)", sourceLocation: sourceLocation)
        }
    }

    /// A wrong byte, and a byte more or less, at every place of a vector and across the ends of vectors.
    @Test func everyFlawAtEveryPlace() {
        let numbers = [
            "0", "-0.5", "12", "3.25", "-7", "0.0", "100", "1.0625", "9", "-0", "21.5", "4", "0.125", "-33.75",
        ]
        for separator in [",", ", "] {
            let text = Array("[" + (numbers + numbers + numbers).joined(separator: separator) + "]")
            for place in 0..<min(text.count, 100) {
                for flaw in [
                    ".", "-", ",", " ", "0", "1", "e", "E5", "+", "]", "[", "x", "\"", "\n", "é", "/", ":", "\u{0}",
                ] {
                    expectAgreement(String(text[..<place] + flaw + text[place...]))
                    expectAgreement(String(text[..<place] + flaw + text[(place + 1)...]))
                }
                expectAgreement(String(text[..<place] + text[(place + 1)...]))
            }
        }
    }

    /// Numbers of all lengths, among other things.
    @Test func allKindsOfArrays() {
        var random = SplitMix(state: 10)
        let others = [
            "1e5", "-2.5E-3", "null", "[1,2]", "[]", "{\"a\":[1,2,3]}", "\"1,2\"", "1e400", "01", "-", "1.", ".5",
        ]
        func number() -> String {
            let whole = String(UInt64.random(in: 0...UInt64.max, using: &random))
            let short = String(whole.prefix(Int.random(in: 1...20, using: &random)))
            let fraction = String(repeating: "1234567890", count: Int.random(in: 0...7, using: &random))
            return (Bool.random(using: &random) ? "-" : "") + (short.hasPrefix("0") ? "0" : short)
                + (Bool.random(using: &random) ? ".\(fraction)5" : "")
        }
        for _ in 0..<2_000 {
            // Few others, so that there are long runs.
            let rarity = Int.random(in: 2...200, using: &random)
            let count = Int.random(in: 1...60, using: &random)
            let items = (0..<count).map { _ in
                Int.random(in: 0..<rarity, using: &random) == 0 ? others.randomElement(using: &random)! : number()
            }
            let separator = [",", ", ", ",  ", " ,", ",\n"].randomElement(using: &random)!
            expectAgreement("[" + items.joined(separator: separator) + "]")
        }
    }

    /// A schema applies to each number of a run.
    @Test func shapes() {
        func list(_ change: (inout JSONShape.Rule) -> Void, counts: ClosedRange<Int>? = nil) -> JSONShape {
            var builder = JSONShape.Builder()
            var item = JSONShape.Rule()
            change(&item)
            var rule = JSONShape.Rule()
            (rule.types, rule.items) = (.array, builder.add(item))
            if let counts { rule.itemCounts = counts }
            let root = builder.add(rule)
            return builder.shape(root: root)
        }
        let integers = [String](repeating: "17", count: 60)
        let shapes = [
            list { $0.types = .integer }, list { $0.types = .number }, list { $0.types = .string }, list { _ in },
            list { $0.minimum = .init(0, isExclusive: false) }, list({ _ in }, counts: 60...60),
            list({ $0.types = .number }, counts: 0...59), list({ $0.types = .integer }, counts: 61...100),
        ]
        for (index, shape) in shapes.enumerated() {
            for odd in ["17", "1.5", "-1", "1.0", "null", "1e1"] {
                for place in 0..<60 {
                    var items = integers
                    items[place] = odd
                    let text = "[" + items.joined(separator: ",") + "]"
                    expectAgreement(text, shape)
                    let isDoubtful = outcome([UInt8](text.utf8), shape, step: text.utf8.count).isDoubtful
                    let isExpected =
                        switch index {
                        case 0: odd != "17" && odd != "-1"
                        case 1: odd == "null"
                        case 2, 6, 7: true
                        case 4: odd == "-1"
                        default: false
                        }
                    #expect(isDoubtful == isExpected, "\(odd) in shape \(index)")
                }
            }
        }
    }
}
