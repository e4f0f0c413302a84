import EventLoop
import Glibc
import Predictions
import Testing
import WorkerProtocol

@testable import Workers

/// What is heard of a worker that ends.
@Suite struct WorkerEndTests {
    /// Both of its sockets end at the same time, and the loop may see the end of the other one first.
    @Test func lastFramesAreHeardBeforeTheWorkerIsLost() throws {
        let loop = try EventLoop()
        let owner = Owner()
        var sockets: (work: Int32, control: Int32) = (-1, -1)
        var end: ((Process.Exit) -> Void)?
        let worker = try Worker(WorkerID(1), on: loop, delegate: owner) { (descriptors, onExit) in
            sockets = (
                dup(descriptors[Int(WorkerDescriptors.work)]!), dup(descriptors[Int(WorkerDescriptors.control)]!)
            )
            end = onExit
            return nil
        }
        let bytes = FrameHeader(.setupFailed, token: 0, contentBytes: 0).bytes
        let sent = bytes.withUnsafeBytes { send(sockets.work, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        #expect(sent == bytes.count)
        close(sockets.work)
        close(sockets.control)
        while owner.heard.count < 2 { loop.runOnce() }
        end?(Process.Exit(status: 0, signal: 0))
        #expect(owner.heard.first == "setupFailed")
        #expect(owner.heard.dropFirst().allSatisfy { $0 == "lost" })
        withExtendedLifetime(worker) { while loop.handlesMade > loop.handlesClosed { loop.runOnce() } }
    }

    private final class Owner: WorkerDelegate {
        var heard: [String] = []

        func worker(_ worker: Worker, sent frame: Frame) { heard.append("\(frame.header.kind)") }
        func worker(_ worker: Worker, said event: WorkerEvent) { heard.append("\(event)") }
        func worker(_ worker: Worker, wrote text: UnsafeRawBufferPointer, of run: RunID?, to source: LogSource) {}
        func worker(_ worker: Worker, complained text: String) { heard.append(text) }
        func workerLost(_ worker: Worker, _ reason: String) { heard.append("lost") }
        func workerMisbehaved(_ worker: Worker, _ fault: WorkerFault) { heard.append("\(fault)") }
        func workerEnded(_ worker: Worker, _ evidence: DeathCertificate.Evidence, begun: Set<RunID>) {}
    }
}
