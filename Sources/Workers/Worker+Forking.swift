internal import EventLoop
internal import Glibc
internal import JSON
internal import WorkerProtocol

/// The process of a worker, which one that is forked gets later.
enum WorkerProcess {
    case none
    /// The template was told to fork it.
    case expected(AdoptedProcess.Expectation, isKilled: Bool)
    case running(any ChildProcess)

    /// There is none, and none is about to be.
    var isNone: Bool {
        if case .none = self { true } else { false }
    }

    var child: (any ChildProcess)? {
        if case .running(let child) = self { child } else { nil }
    }

    /// Kills the process and all it started, as soon as there is one.
    mutating func kill() {
        switch self {
        case .none: break
        case .expected(let expectation, _): self = .expected(expectation, isKilled: true)
        case .running(let child): child.killGroup(SIGKILL)
        }
    }
}

extension Worker {
    /// Has a template fork a worker with these variables, as `NAME=value`. It has a process once the template has answered; see
    /// ``adopted(_:on:)``. If the template can't be told, there is none, and won't be.
    ///
    /// - Throws: ``EventLoopError`` if descriptors run out; nothing stays open then.
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

    /// Tells a template to fork the worker `id`, which is to have these variables and descriptors; false if that can't be sent.
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

    /// The template has forked this worker. False if the process can't be it.
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

    /// There is no process, and won't be: it hasn't been forked.
    func abandon() {
        process = .none
        closeAll()
        delegate = nil
    }
}
