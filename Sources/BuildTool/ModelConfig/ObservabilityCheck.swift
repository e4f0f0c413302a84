/// The rules of `observability`.
struct ObservabilityCheck {
    /// A value that breaks a rule, or a value that is missing.
    struct Problem: Equatable {
        let field: String
        let value: String?
        let message: String
    }

    private(set) var problems: [Problem] = []
    private let parent = "observability"

    /// - Parameter file: what a path of the project leads to.
    init(_ observability: Config.Observability, file: (String) -> ProjectFile) {
        if let config = observability.config {
            let reason =
                configReason(config, file)
                ?? (observability.traces?.enabled == true ? nil : "requires observability.traces.enabled to be true")
            if let reason { add("config", config, reason) }
        }
        guard let traces = observability.traces else { return }
        if traces.enabled == nil { add("traces.enabled", nil, "is required") }
        checkSampler(traces)
        if let header = traces.header, !Self.isHeader(header) {
            add("traces.trace_header", header, "must be a valid, non-reserved HTTP header name")
        }
        if let format = traces.headerFormat, !Config.Observability.Traces.headerFormats.contains(format) {
            add("traces.trace_header_format", format, "must be w3c or jaeger")
        }
    }

    private mutating func add(_ field: String, _ value: String?, _ message: String) {
        problems.append(Problem(field: "\(parent).\(field)", value: value, message: message))
    }

    // MARK: - Rules

    private func configReason(_ path: String, _ file: (String) -> ProjectFile) -> String? {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        if path.isEmpty || path.hasPrefix("/") || parts.contains(".") || parts.contains("..") {
            return "must be a project-relative Python file"
        }
        guard path.hasSuffix(".py") else { return "must be a Python file ending in .py" }
        switch file(path) {
        case .missing: return "file does not exist"
        case .unresolvable: return "file cannot be resolved"
        case .outside: return "must resolve inside the project directory"
        case .other: return "must be a regular file"
        case .regular: return nil
        }
    }

    private mutating func checkSampler(_ traces: Config.Observability.Traces) {
        let sampler = traces.sampler ?? Config.Observability.Traces.standardSampler
        guard Config.Observability.Traces.samplers.contains(sampler) else {
            return add("traces.sampler", sampler, "must be a supported OpenTelemetry sampler")
        }
        let field = "traces.sampler_arg"
        let takesRatio = sampler.hasSuffix("traceidratio")
        switch traces.samplerArgument {
        case nil: if takesRatio { add(field, nil, "is required for ratio samplers") }
        case let argument?:
            if !takesRatio {
                add(field, argument, "is only valid for ratio samplers")
            } else if Double(argument).map({ !(0...1).contains($0) }) ?? true {
                add(field, argument, "must be a number between 0 and 1")
            }
        }
    }

    /// A token of HTTP that means nothing else to the server.
    private static func isHeader(_ name: String) -> Bool {
        let isToken =
            !name.isEmpty
            && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "!#$%&'*+-.^_`|~".contains($0)) }
        return isToken && !["authorization", "cookie", "host", "traceparent", "tracestate"].contains(name.lowercased())
    }
}
