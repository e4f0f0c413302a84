import Predictions

@testable import JSON

/// Reads bytes as the body of a request, whole and in pieces: nothing may crash, both must come to the same, what is accepted
/// must be JSON by the grammar check too, must be accepted when it is written again, and must then be the same. What becomes
/// of a request is up to ``RequestCheck``.
///
/// The first byte says how large the pieces are, and what ``RequestCheck`` compares with.
struct JSONFuzzer {
    /// What the scanner refuses for its value or its depth, though the grammar allows it.
    private static let refusedJSON: Set = [
        "recursion limit exceeded", "number out of range", "lone trailing surrogate in hex escape",
        "unexpected end of hex escape",
    ]

    private let requests = RequestCheck()

    func feed(_ input: UnsafeRawBufferPointer) {
        guard let first = input.first else { return }
        let pieceBytes = 1 + Int(first % 16)
        let body = Body(UnsafeRawBufferPointer(rebasing: input[1...]))
        let document = document(of: body, pieceBytes: pieceBytes)
        if let document {
            walk(document.root)
            for form in Form.all {
                let text = form.text(of: document)
                let again = form.text(of: reread(text))
                precondition(again == text, "\(String(decoding: text, as: UTF8.self)) doesn't stay")
            }
            applyMetrics(document.root)
        }
        requests.check(body, pieceBytes: pieceBytes, choice: first >> 4, isJSON: document != nil)
    }

    /// The document, if it is one.
    private func document(of body: Body, pieceBytes: Int) -> JSONDocument? {
        let whole = Scan(of: body, pieceBytes: .max)
        let pieces = Scan(of: body, pieceBytes: pieceBytes)
        precondition(whole == pieces, "\(whole) whole, in pieces \(pieces)")
        let isText = isJSONText(body.bytes)
        do throws(JSONError) {
            let document = try JSONDocument(parsing: body.bytes)
            precondition(isText, "what is no JSON is accepted")
            precondition(whole.error == nil && whole.position == body.bytes.count, "two readings differ")
            precondition(whole.valueCount == count(document.root), "the values are miscounted")
            return document
        } catch {
            precondition(whole.error == error, "two readings differ")
            precondition(!isText || Self.refusedJSON.contains(error.message), "JSON is refused: \(error)")
            precondition(error.line >= 1 && error.column >= 0, "the place is nonsense")
            return nil
        }
    }

    /// Reads what was written.
    private func reread(_ text: [UInt8]) -> JSONDocument {
        let text = String(decoding: text, as: UTF8.self)
        do throws(JSONError) {
            return try JSONDocument.parsing(text)
        } catch {
            fatalError("\(text) was written and is refused: \(error)")
        }
    }

    private func applyMetrics(_ value: JSONValue) {
        var metrics = MetricTree()
        for mode in ["replace", "append", "increment"] { metrics.apply(mode: mode, name: "a.b", value: value) }
        var text: [UInt8] = []
        metrics.write(to: &text, predictTime: nil)
        precondition(text.withUnsafeBytes { isJSONText($0) }, "the metrics are not JSON")
    }

    /// How many values there are, those under a repeated name too.
    private func count(_ value: JSONValue) -> Int {
        var count = 1
        value.forEachElement { count += self.count($0) }
        guard value.kind == .object else { return count }
        value.document.walkMembers(value.start) { _, member, end in
            count += self.count(JSONValue(in: value.document, from: member, to: end))
            return true
        }
        return count
    }

    private func walk(_ value: JSONValue) {
        let kinds: [Bool] = [value.string != nil, value.bool != nil, value.double != nil]
        let isScalar = [.string, .boolean, .integer, .number].contains(value.kind)
        precondition(kinds.count { $0 } == (isScalar ? 1 : 0), "a value is of two kinds, or of none")
        if let integer = value.int {
            precondition(value.kind == .integer && value.double == Double(integer), "an integer is another number")
        }
        if value.kind == .number, let double = value.double { precondition(double.isFinite, "a number is infinite") }
        precondition(
            value.withStringBytes { Array($0) } == value.string.map { Array($0.utf8) }, "a string is not UTF-8")
        if value.kind == .array {
            for index in 0..<value.count { walk(value[index]) }
        }
        value.forEachMember { key, member in
            precondition(value[key] != nil, "\(key) is not found")
            walk(member)
        }
    }
}

/// A way of writing values.
struct Form {
    static let all = [(false, false), (false, true), (true, false), (true, true)].map(Form.init)

    let sortsKeys: Bool
    let normalizesNumbers: Bool

    func text(of document: JSONDocument) -> [UInt8] {
        var text: [UInt8] = []
        document.root.write(to: &text, sortedKeys: sortsKeys, normalizedNumbers: normalizesNumbers)
        return text
    }
}

/// What a scanner says of a text.
struct Scan: Equatable {
    var error: JSONError?
    var position = 0
    var valueCount = 0

    init(of body: Body, pieceBytes: Int) {
        let scanner = JSONScanner()
        error = body.fail(pieceBytes: pieceBytes) { (text, isFinal) throws(JSONError) in
            try scanner.read(text, isFinal: isFinal)
            precondition(scanner.isComplete == isFinal, "a text is complete too early, or never")
            precondition(scanner.position <= text.count, "more was read than there is")
        }
        // Where a wrong text was read to depends on the pieces.
        guard error == nil else { return }
        position = scanner.position
        valueCount = scanner.valueCount
    }
}

/// Bytes at the end of their memory, so that reading on is noticed.
final class Body {
    let bytes: UnsafeRawBufferPointer

    init(_ bytes: UnsafeRawBufferPointer) {
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
        copy.copyMemory(from: bytes)
        self.bytes = UnsafeRawBufferPointer(copy)
    }

    deinit {
        bytes.deallocate()
    }

    /// Lets `read` have the bytes as they arrive: each time all so far, at another place. Returns what it threw.
    func fail<Failure: Error>(
        pieceBytes: Int, _ read: (_ text: UnsafeRawBufferPointer, _ isFinal: Bool) throws(Failure) -> Void
    ) -> Failure? {
        var count = 0
        do throws(Failure) {
            while bytes.count - count > pieceBytes {
                count += pieceBytes
                let arrived = Body(UnsafeRawBufferPointer(rebasing: bytes[..<count]))
                try read(arrived.bytes, false)
            }
            try read(bytes, true)
            return nil
        } catch {
            return error
        }
    }
}

#if FUZZING
    private let fuzzer = JSONFuzzer()

    /// Called by libFuzzer, on one thread.
    @_cdecl("LLVMFuzzerTestOneInput")
    public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
        fuzzer.feed(UnsafeRawBufferPointer(start: start, count: count))
        return 0
    }
#endif
