internal import Metrics

/// Decides which traces are recorded, like OpenTelemetry's samplers of the same names.
public struct Sampler: Equatable, Sendable {
    /// The values that `OTEL_TRACES_SAMPLER` may have.
    public enum Name: String, CaseIterable, Sendable {
        case alwaysOn = "always_on"
        case alwaysOff = "always_off"
        case ratio = "traceidratio"
        case parentAlwaysOn = "parentbased_always_on"
        case parentAlwaysOff = "parentbased_always_off"
        case parentRatio = "parentbased_traceidratio"

        /// Whether the sampler takes a ratio.
        public var takesRatio: Bool { self == .ratio || self == .parentRatio }
    }

    /// The sampler's name.
    public let name: Name
    /// The share of traces to record, if the sampler takes a ratio.
    public let ratio: Double
    /// Traces whose last 8 bytes are below this are recorded; nil for all.
    private let bound: UInt64?
    private let followsParent: Bool

    /// Makes a sampler. `ratio`, from 0 to 1, is only used if the sampler takes one.
    public init(_ name: Name, ratio: Double = 1) {
        self.name = name
        self.ratio = ratio
        followsParent = name == .parentAlwaysOn || name == .parentAlwaysOff || name == .parentRatio
        switch name {
        case .alwaysOn, .parentAlwaysOn: bound = nil
        case .alwaysOff, .parentAlwaysOff: bound = 0
        // Python's SDK computes the same bound, so both make the same decision.
        case .ratio, .parentRatio: bound = ratio >= 1 ? nil : UInt64((ratio * 0x1p64).rounded())
        }
    }

    /// Whether a new span of a trace is recorded. `parent` is its parent in another process.
    func samples(_ trace: TraceID, parent: TraceContext?) -> Bool {
        if followsParent, let parent { return parent.isSampled }
        return bound.map { trace.low < $0 } ?? true
    }
}
