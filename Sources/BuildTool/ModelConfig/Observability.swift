extension Config {
    /// The mapping `observability`.
    package struct Observability: Equatable, Sendable {
        /// The Python file that makes the model's tracer provider, relative to the project.
        package var config: String?
        package var traces: Traces?

        package init() {}

        /// The mapping `traces`; each value is nil where the file says nothing.
        package struct Traces: Equatable, Sendable {
            package var enabled: Bool?
            package var sampler: String?
            package var samplerArgument: String?
            /// A request header that may carry the caller's trace.
            package var header: String?
            package var headerFormat: String?

            package init() {}

            static let samplers = [
                "always_on", "always_off", "traceidratio", "parentbased_always_on", "parentbased_always_off",
                "parentbased_traceidratio",
            ]
            static let standardSampler = "parentbased_always_off"
            static let headerFormats = ["w3c", "jaeger"]
        }
    }

    /// What an image gets for tracing; nil for one that can't trace.
    package var tracing: Tracing? {
        guard let observability, let traces = observability.traces, traces.enabled == true else { return nil }
        return Tracing(traces, file: observability.config)
    }
}

/// What an image that can trace has and others don't.
package struct Tracing: Equatable, Sendable {
    /// The variables that the server reads, in order.
    package var variables: [(name: String, value: String)] { pairs.map { ($0.name, $0.value) } }
    /// The Python file of the project to copy to `path`; nil without one.
    package let file: String?
    private let pairs: [Pair]

    private struct Pair: Equatable {
        let name: String
        let value: String
    }

    /// Where the server looks for that file, whatever its name in the project.
    package static let path = "/.cog/telemetry.py"
    /// Its name among the staged files of a build.
    package static let stagedName = "telemetry.py"
    /// What exports the spans of the model's own code, in the versions of the SDK's extra `tracing`.
    package static let packages = ["http", "grpc"].map { "opentelemetry-exporter-otlp-proto-\($0)==1.44.0" }

    fileprivate init(_ traces: Config.Observability.Traces, file: String?) {
        self.file = file
        var pairs = [
            Pair(name: "COG_TRACE_CONFIGURED", value: "true"), Pair(name: "COG_TRACE_ENABLED", value: "true"),
            Pair(
                name: "COG_TRACE_SAMPLER", value: traces.sampler ?? Config.Observability.Traces.standardSampler),
        ]
        if let argument = traces.samplerArgument { pairs.append(Pair(name: "COG_TRACE_SAMPLER_ARG", value: argument)) }
        if let header = traces.header {
            pairs.append(Pair(name: "COG_TRACE_HEADER", value: header))
            pairs.append(Pair(name: "COG_TRACE_HEADER_FORMAT", value: traces.headerFormat ?? "w3c"))
        }
        if file != nil { pairs.append(Pair(name: "COG_OBSERVABILITY_CONFIG", value: Self.path)) }
        self.pairs = pairs
    }
}
