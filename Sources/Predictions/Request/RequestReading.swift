public import JSON

/// The checked contents of a request's body.
public struct RequestReading: Sendable {
    /// Names in an input that the model doesn't know.
    public struct UnknownInputs: Sendable, CustomStringConvertible {
        /// How many names are shown at most, and how many characters of each.
        private static let (shownCount, shownLength) = (20, 100)

        private var names: [String] = []
        /// The number of unknown names.
        public private(set) var count = 0

        fileprivate mutating func add(_ name: String) {
            count += 1
            guard names.count < Self.shownCount else { return }
            let shown = name.count > Self.shownLength ? name.prefix(Self.shownLength) + "…" : name[...]
            if !names.contains(String(shown)) { names.append(String(shown)) }
        }

        /// The first names, for the log.
        public var description: String {
            let more = count - names.count
            return names.joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
        }
    }

    /// The envelope.
    public private(set) var envelope = PredictionRequest()
    /// The position of the input's text in the body; nil if there is none.
    public private(set) var inputRange: Range<Int>?
    /// The parts of the input that the model doesn't get, in order: members that it doesn't know, and the text of
    /// files.
    public private(set) var cuts: [Range<Int>] = []
    /// The body of the 422 response; nil if the input is valid.
    public private(set) var problems: [UInt8]?
    /// Members of the input that are dropped.
    public private(set) var unknown = UnknownInputs()
    /// The schema that doesn't list those members; nil if there are none.
    public private(set) var schemaOfUnknown: InputSchema?
    /// Strings that name files: those that the server fetches, and those that the model opens.
    public private(set) var files: [FilePatterns.Found] = []
    /// A string that isn't the URL of a file although only that is allowed there.
    public private(set) var misplaced: FilePatterns.Found?

    /// Makes the reading of a request without a body.
    public init(schema: InputSchema?) {
        problems = schema?.check(nil)
    }

    /// Reads a body that was scanned completely. `uploaded` contains the positions in the input of files that came with
    /// the request.
    ///
    /// - Throws: ``RequestError`` if the body isn't JSON or its envelope is invalid.
    public init(
        of body: JSONDocument, _ scan: RequestScan, schema: InputSchema?, filePatterns: FilePatterns,
        uploaded: Set<String> = []
    ) throws(RequestError) {
        if let failure = scan.failure { throw .malformed(failure) }
        switch scan.content {
        case .envelope: envelope = try PredictionRequest(reading: body, scan)
        case .input: envelope.input = scan.root(in: body)
        }
        guard let input = envelope.input else {
            problems = schema?.check(nil)
            return
        }
        inputRange = input.range
        // A new worker may have replaced the schema that the scan used.
        let isChecked = scan.schema === schema && !scan.isDoubtful
        if let schema {
            if !isChecked { problems = schema.check(input) }
        } else {
            problems = Self.objectProblem(input)
        }
        guard problems == nil else { return }
        if let schema, !isChecked || scan.hasUnknownInputs { cutUnknown(input, schema) }
        guard !filePatterns.isEmpty else { return }
        let found = filePatterns.find(
            in: input, isKnown: { schema?.knows($0) ?? true }, uploaded: uploaded)
        files = found.files
        misplaced = found.refused
        cutFiles()
    }

    /// Whether so much of a body remains to be checked that it shouldn't be done on the loop.
    public static func isLong(
        _ scan: RequestScan, bytes: Int, schema: InputSchema?, filePatterns: FilePatterns
    ) -> Bool {
        guard scan.failure == nil else { return false }
        if scan.schema !== schema || scan.isDoubtful { return bytes > validatedBytes }
        let isWalked =
            scan.hasUnknownInputs || !filePatterns.isEmpty || scan.range(of: .context) != nil
            || scan.range(of: .webhookEventsFilter) != nil
        return isWalked && bytes > walkedBytes
    }

    /// How many bytes the validator checks in a few milliseconds, and how many it walks over in that time.
    private static let (validatedBytes, walkedBytes) = (64 << 10, 1 << 20)

    /// Without a schema, everything that can be an input is accepted.
    private static func objectProblem(_ input: JSONValue) -> [UInt8]? {
        guard input.kind != .object else { return nil }
        let error = RequestError.invalid(
            location: ["input", "__root__"], message: InputSchema.notAnObject(input))
        return Array(error.description.utf8)
    }

    // MARK: - Cuts

    /// Removes members that the schema doesn't list, each with the comma that would be left over.
    private mutating func cutUnknown(_ input: JSONValue, _ schema: InputSchema) {
        /// The start of the current run of unknown members; nil after a known one.
        var start: Int?
        var knownEnd: Int?
        input.forEachPlace { name, range in
            if schema.knows(name) {
                if let begin = start { cuts.append(begin..<range.lowerBound) }
                start = nil
                knownEnd = range.upperBound
            } else {
                unknown.add(name)
                if start == nil { start = range.lowerBound }
            }
        }
        // No comma follows the last member, so remove the one before it.
        if let begin = start { cuts.append((knownEnd ?? begin)..<input.range.upperBound - 1) }
        if unknown.count > 0 { schemaOfUnknown = schema }
    }

    /// Removes the text between the quotes of strings that name files: the model gets paths.
    private mutating func cutFiles() {
        let fetched = files.filter(\.isFetched)
        guard !fetched.isEmpty else { return }
        // Two patterns may match the same string.
        let found = Set(fetched.map(\.contents)).union(cuts)
        cuts = found.sorted { $0.lowerBound < $1.lowerBound }
    }
}
