internal import EventLoop
internal import Glibc
internal import JSON
internal import WorkerProtocol

/// The process of a worker, which a forked worker gets later.
enum WorkerProcess {
    case none
    /// The template was told to fork it.
    case expected(AdoptedProcess.Expectation, isKilled: Bool)
    case running(any ChildProcess)

    /// Whether there is no process and none is expected.
    var isNone: Bool {
        if case .none = self { true } else { false }
    }

    var child: (any ChildProcess)? {
        if case .running(let child) = self { child } else { nil }
    }

    /// Kills the process and everything it started, as soon as it exists.
    mutating func kill() {
        switch self {
        case .none: break
        case .expected(let expectation, _): self = .expected(expectation, isKilled: true)
        case .running(let child): child.killGroup(SIGKILL)
        }
    }
}

extension Worker {
    /// Has a template fork a worker with these variables, as `NAME=value`. The worker gets its process when the
    /// template has answered; see ``adopted(_:on:)``. If the order can't be sent, the worker never gets one.
    ///
    /// - Throws: ``EventLoopError`` if there are no descriptors left; nothing stays open then.
    convenience init(
        _ id: WorkerID, on loop: EventLoop, forkedBy template: Worker, _ variables: [String],
        delegate: any WorkerDelegate
    ) throws(EventLoopError) {
        let expectation = AdoptedProcess.Expectation(on: loop)
        var isOrdered = false
        try self.init(id, on: loop, delegate: delegate) { descriptors, _ in
            isOrdered = template.order(id, variables, descriptors.compactMap { $0 })
            return nil
        }
        if isOrdered { process = .expected(expectation, isKilled: false) }
    }

    /// Tells a template to fork the worker `id` with these variables and descriptors; false if the order can't be sent.
    private func order(_ id: WorkerID, _ variables: [String], _ descriptors: [Int32]) -> Bool {
        var text: [UInt8] = []
        for variable in variables {
            text.append(UInt8(ascii: text.isEmpty ? "[" : ","))
            appendJSONString(variable, to: &text)
        }
        text.append(UInt8(ascii: "]"))
        let header = FrameHeader(.fork, token: UInt32(truncatingIfNeeded: id.number), contentBytes: text.count)
        return work.send(header.bytes + text, passing: descriptors)
    }

    /// The template has forked this worker. False if the process isn't a forked worker.
    func adopted(_ id: Int32, on loop: EventLoop) -> Bool {
        guard case .expected(_, let isKilled) = process,
            let adopted = AdoptedProcess(
                on: loop, id: id,
                onExit: { [self] exit in
                    witness.told(peakMemoryBytes: (process.child as? AdoptedProcess)?.peakMemoryBytes)
                    ended(exit)
                })
        else { return false }
        process = .running(adopted)
        if isKilled { kill() }
        return true
    }

    /// The worker wasn't forked and won't be.
    func abandon() {
        process = .none
        closeAll()
        delegate = nil
    }
}
