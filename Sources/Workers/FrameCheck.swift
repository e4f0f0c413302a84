internal import JSON
internal import Predictions
internal import WorkerProtocol

/// Decides which of a worker's frames are accepted. The worker isn't trusted: a model can write anything to the
/// channels.
///
/// A value without I/O; one for each life of a worker.
struct FrameCheck {
    /// The socket that a frame came from.
    enum Channel {
        case work, control
    }

    private enum Stage {
        case settingUp, ready, setupFailed, template
    }

    /// The longest name of an output file. No path is longer (PATH_MAX).
    static let nameLimitBytes = 4096

    /// The longest explanation of why a worker can't become a template.
    static let reasonLimitBytes = 4096

    private var stage = Stage.settingUp
    /// The worker was started to become a template and hasn't reported yet whether it has.
    private var mayBecomeTemplate: Bool
    /// The newest prediction that the worker has reported on; 0 for none.
    private(set) var newestHeard: UInt32 = 0

    /// Makes a check before the first frame.
    init(mayBecomeTemplate: Bool = false) {
        self.mayBecomeTemplate = mayBecomeTemplate
    }

    /// Checks a frame from a worker that has the predictions in `inFlight`.
    ///
    /// - Returns: False if the frame comes too late: its prediction has ended, and nobody waits for it.
    mutating func hears(
        _ header: FrameHeader, _ content: UnsafeRawBufferPointer, on channel: Channel, _ inFlight: borrowing InFlight
    ) throws(WorkerFault) -> Bool {
        switch header.kind {
        case .predict, .batch, .fork, .cancel, .healthCheck, .barrierReached:
            throw .misplaced(header.kind)
        case .health:
            guard channel == .control else { throw .misplaced(.health) }
            return true
        case _ where channel != .work:
            throw .misplaced(header.kind)
        case .template, .templateRefused:
            guard stage == .settingUp, mayBecomeTemplate else { throw .outOfOrder(header.kind) }
            guard content.count <= Self.reasonLimitBytes else { throw .content(header.kind, "the reason is too long") }
            mayBecomeTemplate = false
            if header.kind == .template { stage = .template }
            return true
        case .forked:
            guard stage == .template else { throw .outOfOrder(.forked) }
            return true
        case .barrier:
            return true
        case .ready, .setupFailed:
            guard stage == .settingUp else { throw .outOfOrder(header.kind) }
            stage = header.kind == .ready ? .ready : .setupFailed
            return true
        case .log:
            guard LogSource(rawValue: header.detail) != nil else { throw .unknownDetail(.log, header.detail) }
            // A thread that a prediction left behind may keep printing; its output belongs to no prediction then.
            if header.token != 0 { _ = try has(header, inFlight) }
            return true
        case .output, .outputFile, .metric, .finished:
            guard stage == .ready else { throw .outOfOrder(header.kind) }
            guard header.token != 0 else { throw .notGiven(header.kind, token: 0) }
            guard try has(header, inFlight) else { return false }
            try checkContent(header, content)
            return true
        case .times where header.token == 0:
            guard stage == .settingUp else { throw .outOfOrder(.times) }
            return true
        case .times:
            guard stage == .ready else { throw .outOfOrder(.times) }
            return try has(header, inFlight)
        case .batchFailed:
            guard stage == .ready else { throw .outOfOrder(.batchFailed) }
            return true
        }
    }

    /// Whether the worker has the prediction that a frame names; false if the worker has already ended it.
    private mutating func has(_ header: FrameHeader, _ inFlight: borrowing InFlight) throws(WorkerFault) -> Bool {
        guard header.token <= inFlight.lastToken else { throw .notGiven(header.kind, token: header.token) }
        guard inFlight[header.token] != nil else { return false }
        newestHeard = max(newestHeard, header.token)
        return true
    }

    private func checkContent(_ header: FrameHeader, _ content: UnsafeRawBufferPointer) throws(WorkerFault) {
        switch header.kind {
        case .output, .metric:
            try checkJSON(header, content)
        case .outputFile:
            guard content.count <= Self.nameLimitBytes else { throw .content(.outputFile, "the name is too long") }
        case .finished:
            let detail = FinishDetail(rawValue: header.detail)
            guard detail.isSubset(of: .all) else { throw .unknownDetail(.finished, header.detail) }
            guard detail.contains(.inline), detail.isDisjoint(with: [.failed, .canceled]) else { return }
            try checkJSON(header, content)
            // The brackets of a list are removed.
            let isList = content.first == UInt8(ascii: "[") && content.last == UInt8(ascii: "]")
            guard isList || !detail.contains(.list) else { throw .content(.finished, "it is not a list") }
        default:
            break
        }
    }

    private func checkJSON(_ header: FrameHeader, _ content: UnsafeRawBufferPointer) throws(WorkerFault) {
        guard isJSONText(content) else { throw .content(header.kind, "it is not JSON") }
    }
}
