internal import Metrics

/// Decides which traces are recorded, as OpenTelemetry's samplers of the same names do.
public struct Sampler: Equatable, Sendable {
    /// The names that `OTEL_TRACES_SAMPLER` may have.
    public enum Name: String, CaseIterable, Sendable {
        case alwaysOn = "always_on"
        case alwaysOff = "always_off"
        case ratio = "traceidratio"
        case parentAlwaysOn = "parentbased_always_on"
        case parentAlwaysOff = "parentbased_always_off"
        case parentRatio = "parentbased_traceidratio"

        /// Whether it takes a ratio.
        public var takesRatio: Bool { self == .ratio || self == .parentRatio }
    }

    /// Its name.
    public let name: Name
    /// Which share of the traces is recorded, if the name says so.
    public let ratio: Double
    /// Traces whose last 8 bytes are below this are recorded; nil for all of them.
    private let bound: UInt64?
    private let followsParent: Bool

    /// A sampler. `ratio`, from 0 to 1, only matters where the name takes one.
    public init(_ name: Name, ratio: Double = 1) {
        self.name = name
        self.ratio = ratio
        followsParent = name == .parentAlwaysOn || name == .parentAlwaysOff || name == .parentRatio
        switch name {
        case .alwaysOn, .parentAlwaysOn: bound = nil
        case .alwaysOff, .parentAlwaysOff: bound = 0
        // Python's SDK computes the same, so that both decide alike.
        case .ratio, .parentRatio: bound = ratio >= 1 ? nil : UInt64((ratio * 0x1p64).rounded())
        }
    }

    /// Whether a new span of a trace is recorded. `parent` is its parent in another process.
    func samples(_ trace: TraceID, parent: TraceContext?) -> Bool {
        if followsParent, let parent { return parent.isSampled }
        return bound.map { trace.low < $0 } ?? true
    }
}
