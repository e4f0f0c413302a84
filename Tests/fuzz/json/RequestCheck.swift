import JSON

@testable import Predictions

/// Does with a body what the server does with a request's: whether it arrives whole or in pieces, the same must be read; an
/// input that is surely valid must be valid; what the model gets of it must be JSON, without what the model doesn't know and
/// without the files; and refusals that claim to be JSON must be.
struct RequestCheck {
    private let schemas: [InputSchema?]
    private let patterns = FilePatterns(["t:s", ":files/*", ":o/*/a~1b", "t:x/*", "t:*", ":*/*", "o:v"])

    init() {
        do {
            let document = try JSONDocument.parsing(schemaText)
            schemas = [
                try InputSchema(document: document.root, forTraining: false),
                try InputSchema(document: document.root, forTraining: true), nil,
            ]
        } catch {
            fatalError("\(error)")
        }
    }

    /// `choice` says which schema the model has, whether it had another one when the body began to arrive, and whether it
    /// takes files.
    func check(_ body: Body, pieceBytes: Int, choice: UInt8, isJSON: Bool) {
        let schema = schemas[min(Int(choice & 3), 2)]
        let isStale = choice & 4 != 0
        let patterns = choice & 8 != 0 ? FilePatterns([]) : patterns
        let scan = scan(body, for: isStale ? schemas[Int(choice & 1)] : schema, pieceBytes: .max)
        let whole = Outcome(of: body, scan, schema, patterns)
        let pieces = Outcome(of: body, self.scan(body, for: scan.schema, pieceBytes: pieceBytes), schema, patterns)
        precondition("\(whole)" == "\(pieces)", "\(whole) whole, in pieces \(pieces)")
        precondition(!isJSON || scan.failure == nil, "the scan refuses JSON")
        switch whole {
        case .refused(let error):
            if error.isJSON { precondition(isText(Array(error.description.utf8)), "the answer is not JSON") }
        case .read(let reading):
            if let problems = reading.problems { precondition(isText(problems), "the answer is not JSON") }
            guard let input = reading.envelope.input else { return }
            checkSurety(of: input, scan)
            if reading.problems == nil { checkCuts(reading, of: input, in: body, schema, patterns) }
        }
    }

    private enum Outcome: CustomStringConvertible {
        case read(RequestReading)
        case refused(RequestError)

        init(of body: Body, _ scan: RequestScan, _ schema: InputSchema?, _ patterns: FilePatterns) {
            _ = RequestReading.isLong(scan, bytes: body.bytes.count, schema: schema, filePatterns: patterns)
            do throws(RequestError) {
                let document = scan.document(of: body.bytes, owner: body)
                self = .read(try RequestReading(of: document, scan, schema: schema, filePatterns: patterns))
            } catch {
                self = .refused(error)
            }
        }

        var description: String {
            switch self {
            case .refused(let error): return "\(error)"
            case .read(let reading):
                let problems = reading.problems.map { String(decoding: $0, as: UTF8.self) }
                let files = (reading.files.map(\.pointer), reading.misplaced?.pointer)
                let envelope = reading.envelope
                let texts = (envelope.id, envelope.context?.text(), envelope.webhook, envelope.webhookEvents.count)
                let places = (reading.inputRange, reading.cuts)
                return "\(places) \(problems as Any) \(reading.unknown) \(files) \(texts)"
            }
        }
    }

    /// Reads the body as it arrives.
    private func scan(_ body: Body, for schema: InputSchema?, pieceBytes: Int) -> RequestScan {
        let scan = RequestScan(schema: schema)
        _ = body.fail(pieceBytes: pieceBytes) { text, isFinal in scan.read(text, isFinal: isFinal) }
        return scan
    }

    /// What passes in passing must pass the validator.
    private func checkSurety(of input: JSONValue, _ scan: RequestScan) {
        guard let schema = scan.schema, !scan.isDoubtful else { return }
        let problems = schema.check(input)
        precondition(problems == nil, "surely valid, yet \(String(decoding: problems ?? [], as: UTF8.self))")
        guard !scan.hasUnknownInputs else { return }
        input.forEachPlace { name, _ in precondition(schema.knows(name), "\(name) is not known, and nobody noticed") }
    }

    /// The model must get exactly the members of the input that it knows, without files.
    private func checkCuts(
        _ reading: RequestReading, of input: JSONValue, in body: Body, _ schema: InputSchema?, _ patterns: FilePatterns
    ) {
        let text = kept(of: reading, in: body)
        let kept = reread(text)
        guard let given = kept.root["input"] else { fatalError("there is no input") }
        let all = members(of: input, in: body.bytes)
        let known = all.filter { schema?.knows($0.name) ?? true }
        let left = text.withUnsafeBytes { members(of: given, in: $0) }
        precondition(left.map(\.name) == known.map(\.name), "other members than those that the model knows are left")
        precondition(reading.unknown.count == all.count - known.count, "unknown members are miscounted")
        if !reading.files.contains(where: \.isFetched) {
            precondition(left.map(\.text) == known.map(\.text), "values were cut")
        }
        let filesLeft = patterns.find(in: given) { schema?.knows($0) ?? true }.files
        precondition(!filesLeft.contains(where: \.isFetched), "a file is left")
    }

    private func members(
        of object: JSONValue, in text: UnsafeRawBufferPointer
    ) -> [(name: String, text: [UInt8])] {
        var members: [(name: String, text: [UInt8])] = []
        object.forEachPlace { name, range in members.append((name, [UInt8](text[range]))) }
        return members
    }

    /// The text for the model.
    private func kept(of reading: RequestReading, in body: Body) -> [UInt8] {
        guard let input = reading.inputRange else { fatalError("an input has no place") }
        var text = Array(#"{"input":"#.utf8)
        var start = input.lowerBound
        for cut in reading.cuts {
            text += body.bytes[start..<cut.lowerBound]
            start = cut.upperBound
        }
        text += body.bytes[start..<input.upperBound]
        return text + "}".utf8
    }

    private func reread(_ text: [UInt8]) -> JSONDocument {
        precondition(isText(text), "\(String(decoding: text, as: UTF8.self)) is no JSON for the model")
        do throws(JSONError) {
            return try JSONDocument.parsing(String(decoding: text, as: UTF8.self))
        } catch {
            fatalError("what the model gets is refused: \(error)")
        }
    }

    private func isText(_ text: [UInt8]) -> Bool {
        text.withUnsafeBytes { isJSONText($0) }
    }
}

private let schemaText = ##"""
    {"components":{"schemas":{"Input":{"type":"object","required":["n"],"properties":{
        "s":{"type":"string","minLength":2,"maxLength":4,"pattern":"^[a-z]+$"},"t":{"type":"string","minLength":2,"maxLength":4},
        "n":{"type":"integer","minimum":1,"maximum":10},"f":{"type":"number","exclusiveMinimum":0,"multipleOf":0.5},
        "g":{"type":"number","exclusiveMinimum":0.1,"maximum":1e300,"nullable":true},
        "b":{"type":"boolean","nullable":true},"c":{"allOf":[{"$ref":"#/components/schemas/C"}]},
        "d":{"type":"string","enum":["red","blue","é"],"nullable":true},
        "u":{"anyOf":[{"type":"string"},{"type":"integer"},{"type":"null"}]},"v":{"anyOf":[{"type":"string","maxLength":1},{"type":"null"}]},
        "l":{"type":"array","minItems":1,"maxItems":3,"items":{"type":"integer","maximum":9007199254740993}},
        "files":{"type":"array","minItems":1,"maxItems":3,"items":{"type":"string","format":"uri"}},
        "x":{"type":"object","required":["a"],"additionalProperties":false,"properties":{"a":{"type":"integer"},"é":{}}},
        "o":{"type":"object","additionalProperties":{"$ref":"#/components/schemas/O"}}}},
      "TrainingInput":{"type":"object","properties":{"n":{"type":"string"},"x":{"$ref":"#/components/schemas/O"}},
        "additionalProperties":{"type":["integer","string","null"]}},
      "C":{"enum":["red",1,1.5,null,[1],{"a":0}]},
      "O":{"type":"object","required":["a"],"properties":{"a":{"$ref":"#/components/schemas/O"},"e":{"const":2}}}}}}
    """##
