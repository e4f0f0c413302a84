public import JSON

/// All that a request's body says, checked.
public struct RequestReading: Sendable {
    /// Names in an input that the model doesn't know.
    public struct UnknownInputs: Sendable, CustomStringConvertible {
        /// How many are named, at most, and with how many characters.
        private static let (shownCount, shownLength) = (20, 100)

        private var names: [String] = []
        /// How many there are.
        public private(set) var count = 0

        fileprivate mutating func add(_ name: String) {
            count += 1
            guard names.count < Self.shownCount else { return }
            let shown = name.count > Self.shownLength ? name.prefix(Self.shownLength) + "…" : name[...]
            if !names.contains(String(shown)) { names.append(String(shown)) }
        }

        /// The first of them, for the log.
        public var description: String {
            let more = count - names.count
            return names.joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
        }
    }

    /// The envelope.
    public private(set) var envelope = PredictionRequest()
    /// Where the input's text stands in the body; nil without one.
    public private(set) var inputRange: Range<Int>?
    /// What the model doesn't get of it: members that it doesn't know, and the texts of files. In order.
    public private(set) var cuts: [Range<Int>] = []
    /// The body of the 422 answer; nil when the input is valid.
    public private(set) var problems: [UInt8]?
    /// Members of the input that are left out.
    public private(set) var unknown = UnknownInputs()
    /// The schema that doesn't list them; nil if there are none.
    public private(set) var schemaOfUnknown: InputSchema?
    /// Strings that name files: those that are fetched, and those that the model gets to open.
    public private(set) var files: [FilePatterns.Found] = []
    /// A string that isn't the URL of a file where nothing else may stand.
    public private(set) var misplaced: FilePatterns.Found?

    /// A request without a body.
    public init(schema: InputSchema?) {
        problems = schema?.check(nil)
    }

    /// Reads a body that was scanned to its end. `uploaded` are the places in the input that stand for files which came with
    /// the request.
    ///
    /// - Throws: ``RequestError`` when it is not JSON, or its envelope is wrong.
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
        // The scan may have been made for a schema that a new worker has replaced.
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

    /// Whether so much is left to look at in a body that it should not be done on the loop.
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

    /// What the validator is done with in some milliseconds, and what it takes as long to walk over.
    private static let (validatedBytes, walkedBytes) = (64 << 10, 1 << 20)

    /// Without a schema everything is accepted that can be an input at all.
    private static func objectProblem(_ input: JSONValue) -> [UInt8]? {
        guard input.kind != .object else { return nil }
        let error = RequestError.invalid(
            location: ["input", "__root__"], message: InputSchema.notAnObject(input))
        return Array(error.description.utf8)
    }

    // MARK: - Cuts

    /// Cuts out the members that the schema doesn't list, each with the comma that would be left over.
    private mutating func cutUnknown(_ input: JSONValue, _ schema: InputSchema) {
        /// Where the unknown members that were seen last begin; nil after a known one.
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
        // The last member has no comma behind it, so the one in front is cut out.
        if let begin = start { cuts.append((knownEnd ?? begin)..<input.range.upperBound - 1) }
        if unknown.count > 0 { schemaOfUnknown = schema }
    }

    /// Cuts out what stands between the quotes of strings that name files: the model gets paths.
    private mutating func cutFiles() {
        let fetched = files.filter(\.isFetched)
        guard !fetched.isEmpty else { return }
        // Two patterns may find one string.
        let found = Set(fetched.map(\.contents)).union(cuts)
        cuts = found.sorted { $0.lowerBound < $1.lowerBound }
    }
}
