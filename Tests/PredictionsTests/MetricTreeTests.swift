import JSON
import Predictions
import Testing

/// Applies `mode name value` lines and gives the tree.
private func tree(_ records: [(String, String, String)], predictTime: Duration? = nil) throws -> String {
    var tree = MetricTree()
    for (mode, name, value) in records {
        tree.apply(mode: mode, name: name, value: try JSONDocument.parsing(value).root)
    }
    var text: [UInt8] = []
    tree.write(to: &text, predictTime: predictTime)
    return String(decoding: text, as: UTF8.self)
}

/// What recorded metrics look like.
@Suite struct Metrics {
    @Test(
        arguments: [
            ([("replace", "a", "1")], #"{"a":1}"#),
            ([("replace", "a", "1"), ("replace", "a", #""x""#)], #"{"a":"x"}"#),
            ([("replace", "a", "1"), ("replace", "a", "null")], "{}"),
            ([("replace", "a", "null")], "{}"),
            ([("increment", "a", "2"), ("increment", "a", "3")], #"{"a":5}"#),
            ([("increment", "a", "0.5"), ("increment", "a", "0.25")], #"{"a":0.75}"#),
            ([("increment", "a", "1"), ("increment", "a", "0.5")], #"{"a":1.5}"#),
            ([("append", "a", #""x""#), ("append", "a", #""y""#)], #"{"a":["x","y"]}"#),
            ([("replace", "a", "1"), ("append", "a", "2")], #"{"a":[1,2]}"#),
            ([("append", "a", "[1]"), ("append", "a", "[2]")], #"{"a":[[1],[2]]}"#),
            ([("replace", "d.a.b", "3"), ("replace", "d.x", "4")], #"{"d":{"a":{"b":3},"x":4}}"#),
            ([("replace", "o", "5"), ("replace", "o.p", "6")], #"{"o":{"p":6}}"#),
            ([("replace", "o", #"{"q":1}"#), ("replace", "o.p", "2")], #"{"o":{"p":2,"q":1}}"#),
            ([("replace", "o.p", "1"), ("replace", "o.p", "null")], #"{"o":{}}"#),
            ([("replace", "b", "1"), ("replace", "a", "2"), ("replace", "B", "3")], #"{"B":3,"a":2,"b":1}"#),
        ] as [([(String, String, String)], String)])
    func effect(records: [(String, String, String)], shown: String) throws {
        #expect(try tree(records) == shown)
    }

    /// Numbers are listed with their full names, other values without a value.
    @Test func numbers() throws {
        var tree = MetricTree()
        for (name, value) in [("a", "1"), ("b.c", "0.5"), ("b.d", #""x""#), ("e", #"{"f":{"g":2}}"#), ("h", "[1]")] {
            tree.apply(mode: "replace", name: name, value: try JSONDocument.parsing(value).root)
        }
        var found: [String] = []
        tree.forEachNumber { found.append("\($0)=\($1.map { "\($0)" } ?? "-")") }
        #expect(found.sorted() == ["a=1.0", "b.c=0.5", "b.d=-", "e.f.g=2.0", "h=-"])
    }

    /// Integers that leave 64 bits become floats instead of wrapping.
    @Test func sumsDoNotWrap() throws {
        let half = "\(1 << 62)"
        #expect(try tree([("increment", "a", half), ("increment", "a", half)]) == #"{"a":9.223372036854776e+18}"#)
    }

    @Test func predictTime() throws {
        #expect(
            try tree([("replace", "z", "1")], predictTime: .nanoseconds(1_725_419))
                == #"{"predict_time":0.001725419,"z":1}"#)
        #expect(try tree([], predictTime: .seconds(2)) == #"{"predict_time":2.0}"#)
    }
}
