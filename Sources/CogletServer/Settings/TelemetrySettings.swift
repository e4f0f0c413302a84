import JSON
import OTLP
import Telemetry
import WorkerProtocol

private let variables = Variables.telemetry

/// What is sent to a collector, and how.
struct TelemetrySettings {
    /// The server's spans.
    struct Traces {
        let sampler: Sampler
        /// The field that carries a trace in addition to `traceparent`.
        let header: TraceHeader?
        let exporter: OTLPSender.Configuration
        var queueLimits = SpanQueue.Limits()
        var spanLimits = Span.Limits()
    }

    /// The server's metrics.
    struct Metrics {
        let exporter: OTLPSender.Configuration
        let interval: Duration
    }

    /// Nil if the server makes no spans.
    var traces: Traces?
    /// Nil if metrics are only shown at `/metrics`.
    var metrics: Metrics?
    /// The sender of spans and metrics.
    var resource = Resource([], version: Coglet.version)
    /// The settings for the worker: a JSON object with the keys of ``TracingKey``; nil for none.
    var worker: String?
    /// Log warnings that explain why there are no spans or no metrics although they were requested.
    var notices: [String] = []

    /// What identifies the data of one process to the collector.
    struct Identity {
        let attributes: [(name: String, value: String)]

        /// `service.name` and the operator's attributes; all processes of a server have the same id.
        init(_ reader: SettingsReader) {
            var attributes = Endpoint.attributes(reader.text(variables.resourceAttributes) ?? "")
            if let name = reader.text(variables.serviceName), !name.isEmpty {
                attributes.removeAll { $0.name == "service.name" }
                attributes.insert(("service.name", name), at: 0)
            } else if !attributes.contains(where: { $0.name == "service.name" }) {
                attributes.insert(("service.name", "cog"), at: 0)
            }
            var random = SystemRandomNumberGenerator()
            for (name, value) in [
                ("service.version", Coglet.version),
                ("service.instance.id", TraceContext.hexadecimal(random.next(), random.next())),
            ] where !attributes.contains(where: { $0.name == name }) {
                attributes.append((name, value))
            }
            self.attributes = attributes
        }

        /// The server's resource.
        var ofServer: Resource {
            Resource(
                attributes + [
                    ("cog.process.role", "parent"), ("telemetry.sdk.name", "coglet"),
                    ("telemetry.sdk.language", "swift"), ("telemetry.sdk.version", Coglet.version),
                ], version: Coglet.version)
        }
    }
}

/// Why spans or metrics can't be sent.
struct TelemetryProblem: Error {
    let text: String
}

extension TelemetrySettings {
    /// Reads the settings.
    init(_ reader: inout SettingsReader) {
        let identity = Identity(reader)
        resource = identity.ofServer
        do throws(TelemetryProblem) {
            try readTraces(&reader, identity)
        } catch {
            (traces, worker) = (nil, nil)
            noteTraces("Invalid OpenTelemetry tracing configuration; tracing disabled: \(error.text)")
        }
        do throws(TelemetryProblem) {
            try readMetrics(&reader)
        } catch {
            notices.append("Invalid OpenTelemetry metrics configuration; metrics are not sent: \(error.text)")
        }
    }

    /// Notes a problem for the operator and for the setup log.
    private mutating func noteTraces(_ text: String) {
        notices.append(text)
        if worker == nil { worker = Self.object([(TracingKey.notice, .text(text))]) }
    }

    private mutating func readTraces(
        _ reader: inout SettingsReader, _ identity: Identity
    ) throws(TelemetryProblem) {
        guard try reader.flag(variables.traceConfigured) ?? false,
            try reader.flag(variables.traceEnabled) ?? true,
            try !(reader.flag(variables.telemetryDisabled) ?? false)
        else { return }
        let custom = reader.text(variables.observabilityConfig)
        let sampler = try Self.sampler(reader)
        let header = try Self.header(reader)
        let exporter = try Self.exporter(reader, .traces)
        let isExported = exporter != nil && reader.text(variables.tracesExporter) != "none"
        if isExported, let exporter {
            var traces = Traces(sampler: sampler, header: header, exporter: exporter)
            traces.queueLimits = Self.queueLimits(&reader)
            traces.spanLimits.attributes = reader.count(variables.spanAttributeLimit, least: 0) ?? 128
            traces.spanLimits.events = reader.count(variables.spanEventLimit, least: 0) ?? 128
            self.traces = traces
        }
        if isExported || custom != nil {
            worker = Self.worker(
                sampler, isExported ? exporter : nil, isCustom: custom != nil, identity)
        }
        if exporter == nil { noteTraces("Tracing enabled without an OTLP endpoint; tracing disabled") }
    }

    /// The image has requested metrics, or the operator has set an endpoint for them.
    private mutating func readMetrics(_ reader: inout SettingsReader) throws(TelemetryProblem) {
        let isNamed = !(reader.text(variables.metricsEndpoint) ?? "").isEmpty
        guard try reader.flag(variables.metricsConfigured) ?? isNamed,
            try reader.flag(variables.metricsEnabled) ?? true,
            try !(reader.flag(variables.telemetryDisabled) ?? false),
            reader.text(variables.metricsExporter) != "none",
            let exporter = try Self.exporter(reader, .metrics)
        else { return }
        let interval = reader.count(variables.metricInterval, least: 1, most: 86_400_000) ?? 60_000
        metrics = Metrics(exporter: exporter, interval: .milliseconds(interval))
    }

    // MARK: - Parts

    private static func sampler(_ reader: SettingsReader) throws(TelemetryProblem) -> Sampler {
        let ofOperator = reader.text(variables.tracesSampler)
        let variable = ofOperator == nil ? variables.traceSampler : variables.tracesSampler
        let text = ofOperator ?? reader.text(variables.traceSampler)
        guard let name = text.map({ Sampler.Name(rawValue: $0) }) ?? .parentAlwaysOff else {
            let list = Sampler.Name.allCases.map(\.rawValue).joined(separator: ", ")
            throw TelemetryProblem(text: "\(variable.name) must be one of \(list)")
        }
        // The image's argument belongs to the image's sampler.
        let argument =
            reader.text(variables.tracesSamplerArgument)
            ?? (ofOperator == nil ? reader.text(variables.traceSamplerArgument) : nil)
        guard let argument else { return Sampler(name) }
        guard name.takesRatio else {
            throw TelemetryProblem(
                text: "a sampler argument is only valid for ratio samplers, not for \(name.rawValue)")
        }
        guard let ratio = Double(argument), (0...1).contains(ratio) else {
            throw TelemetryProblem(text: "the sampler argument must be a number from 0 to 1, not \(argument)")
        }
        return Sampler(name, ratio: ratio)
    }

    private static func header(_ reader: SettingsReader) throws(TelemetryProblem) -> TraceHeader? {
        guard let name = reader.text(variables.traceHeader) else { return nil }
        let text = reader.text(variables.traceHeaderFormat) ?? "w3c"
        guard let format = TraceHeader.Format(rawValue: text) else {
            throw TelemetryProblem(
                text: "\(variables.traceHeaderFormat.name) must be w3c or jaeger, not \(text)")
        }
        guard let header = TraceHeader(name: name, format: format) else {
            throw TelemetryProblem(
                text:
                    "\(variables.traceHeader.name) must be the name of an HTTP field without another meaning, not \(name)"
            )
        }
        return header
    }

    /// Nil if no endpoint is set.
    static func exporter(
        _ reader: SettingsReader, _ signal: Endpoint.Signal
    ) throws(TelemetryProblem) -> OTLPSender.Configuration? {
        let own = signal.ownVariables
        let isProtocol = { (text: String) in text == "http/protobuf" || text == "http" }
        if let text = reader.text(own.transport) ?? reader.text(variables.exporterProtocol), !isProtocol(text) {
            throw TelemetryProblem(
                text: text == "grpc"
                    ? "the protocol grpc is not supported. Set \(variables.exporterProtocol.name)=http/protobuf, and the "
                        + "endpoint to the collector's address for OTLP over HTTP, usually port 4318"
                    : "the protocol must be http/protobuf, not \(text)")
        }
        let endpoint: Endpoint
        if let url = reader.text(own.endpoint) {
            guard !url.isEmpty else { return nil }
            endpoint = Endpoint(exactly: url)
        } else if let base = reader.text(variables.exporterEndpoint), !base.isEmpty {
            endpoint = Endpoint(below: base, signal)
        } else {
            return nil
        }
        guard endpoint.isUsable else {
            throw TelemetryProblem(text: "the endpoint must be an http or https URL such as http://collector:4318")
        }
        let headers = Endpoint.headers(
            reader.text(own.headers) ?? reader.text(variables.exporterHeaders) ?? "")
        let timeout =
            (reader.text(own.timeout) ?? reader.text(variables.exporterTimeout)).flatMap { Int($0) } ?? 10_000
        return OTLPSender.Configuration(
            url: endpoint.url, headers: headers, timeout: .milliseconds(max(1, min(timeout, 600_000))))
    }

    private static func queueLimits(_ reader: inout SettingsReader) -> SpanQueue.Limits {
        var limits = SpanQueue.Limits()
        limits.queueSize =
            reader.count(variables.spanQueueSize, least: 1, most: 1_000_000) ?? limits.queueSize
        limits.batchSize = reader.count(variables.spanBatchSize, least: 1) ?? limits.batchSize
        limits.batchSize = min(limits.batchSize, limits.queueSize)
        if let delay = reader.count(variables.spanDelay, least: 0, most: 3_600_000) {
            limits.delay = .milliseconds(delay)
        }
        return limits
    }

    // MARK: - For the worker

    private enum Member {
        case text(String)
        case raw(String)
    }

    private static func worker(
        _ sampler: Sampler, _ exporter: OTLPSender.Configuration?, isCustom: Bool, _ identity: Identity
    ) -> String {
        let resource = object(
            (identity.attributes + [("cog.process.role", "worker")]).map { ($0.name, .text($0.value)) })
        var members: [(String, Member)] = [
            (TracingKey.exports, .raw(exporter == nil ? "false" : "true")),
            (TracingKey.isCustom, .raw(isCustom ? "true" : "false")),
            (TracingKey.sampler, .text(sampler.name.rawValue)),
            (TracingKey.ratio, .raw("\(sampler.ratio)")), (TracingKey.resource, .raw(resource)),
        ]
        if let exporter {
            members.append((TracingKey.endpoint, .text(exporter.url)))
            members.append((TracingKey.timeout, .raw("\(exporter.timeout / .seconds(1))")))
        }
        return object(members)
    }

    private static func object(_ members: [(String, Member)]) -> String {
        var text: [UInt8] = []
        for (name, value) in members {
            text.append(UInt8(ascii: text.isEmpty ? "{" : ","))
            appendJSONString(name, to: &text)
            text.append(UInt8(ascii: ":"))
            switch value {
            case .text(let string): appendJSONString(string, to: &text)
            case .raw(let raw): text += Array(raw.utf8)
            }
        }
        text.append(UInt8(ascii: "}"))
        return String(decoding: text, as: UTF8.self)
    }
}

extension Endpoint.Signal {
    /// The variables that apply to one signal only.
    fileprivate var ownVariables: (endpoint: Variable, transport: Variable, headers: Variable, timeout: Variable) {
        switch self {
        case .traces:
            (
                variables.tracesEndpoint, variables.tracesProtocol,
                variables.tracesHeaders, variables.tracesTimeout
            )
        case .metrics:
            (
                variables.metricsEndpoint, variables.metricsProtocol,
                variables.metricsHeaders, variables.metricsTimeout
            )
        }
    }
}

extension SettingsReader {
    /// A boolean word; nil if the variable isn't set.
    func flag(_ variable: Variable) throws(TelemetryProblem) -> Bool? {
        guard let text = text(variable) else { return nil }
        switch text.lowercased() {
        case "1", "true", "yes": return true
        case "0", "false", "no": return false
        default: throw TelemetryProblem(text: "\(variable.name) must be true or false")
        }
    }
}
