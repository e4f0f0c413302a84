import EventLoop
import Glibc
import WorkerProtocol

@testable import Workers

/// Plays a worker that sends whatever the bytes produce, whole and in pieces. Nothing may trap; invalid data must end
/// in a ``WorkerFault`` that is reported once and silences the worker; accepted data must be fit to be passed on.
/// Afterwards, no descriptor and no handle may be left.
///
/// The first two bytes say what the worker was given and how large the pieces are; ``WorkerScript`` reads the others.
final class FrameFuzzer {
    private let loop: EventLoop
    private let countsDescriptors: Bool
    private let nothing = OwnedDescriptor(taking: open("/dev/null", O_RDONLY | O_CLOEXEC))

    /// A fuzzer in a process in which nothing else opens descriptors, or one that doesn't count them.
    init(countsDescriptors: Bool = true) {
        self.countsDescriptors = countsDescriptors
        do throws(EventLoopError) {
            loop = try EventLoop()
        } catch {
            fatalError("\(error)")
        }
    }

    func feed(_ input: UnsafeRawBufferPointer) {
        guard input.count >= 2 else { return }
        let script = UnsafeRawBufferPointer(rebasing: input[2...])
        let whole = live(script, given: input[0], flags: input[1], pieceBytes: .max)
        let pieces = live(script, given: input[0], flags: input[1], pieceBytes: 1 + Int(input[1] >> 3))
        guard whole.isOneStream, pieces.isOneStream else { return }
        precondition(whole.fault == pieces.fault, "\(whole.fault as Any) whole, in pieces \(pieces.fault as Any)")
        precondition(whole.heard == pieces.heard, "whole and in pieces, different things are heard")
    }

    /// One life of a worker, from its start to its end.
    private func live(
        _ script: UnsafeRawBufferPointer, given: UInt8, flags: UInt8, pieceBytes: Int
    ) -> WorkerListener {
        let freeDescriptor = lowestFreeDescriptor()
        let listener = WorkerListener()
        do throws(EventLoopError) {
            var theirs = WorkerEnds()
            var end: ((Process.Exit) -> Void)?
            let worker = try Worker(WorkerID(1), on: loop, delegate: listener) { (descriptors, onExit) in
                theirs = WorkerEnds(descriptors)
                end = onExit
                return nil
            }
            listener.give(Int(given % 8), batched: Int(given >> 3) % 8, to: worker)
            var script = WorkerScript(script, pieceBytes: pieceBytes, passing: nothing.raw)
            if flags & 1 != 0 { script.becomeReady(theirs, loop, listener) }
            while script.step(theirs, loop, listener) {}
            if flags & 2 != 0 { theirs.closeSockets() }
            if flags & 4 == 0 { loop.runOnce() }
            end?(Process.Exit(status: 0, signal: 9))
            precondition(listener.hasEnded, "the worker's end was not told")
        } catch {
            fatalError("\(error)")
        }
        for _ in 0..<10 where loop.handlesMade > loop.handlesClosed { loop.runOnce() }
        precondition(loop.handlesMade == loop.handlesClosed, "a handle was left behind")
        precondition(!countsDescriptors || lowestFreeDescriptor() == freeDescriptor, "a descriptor was left open")
        return listener
    }

    private func lowestFreeDescriptor() -> Int32 {
        let number = dup(nothing.raw)
        close(number)
        return number
    }
}

#if FUZZING
    nonisolated(unsafe) private let fuzzer = FrameFuzzer()

    /// Called by libFuzzer, on one thread.
    @_cdecl("LLVMFuzzerTestOneInput")
    public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
        fuzzer.feed(UnsafeRawBufferPointer(start: start, count: count))
        return 0
    }
#endif
