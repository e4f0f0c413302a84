import Testing
import WorkerProtocol

@Suite struct SharedSnapshotTests {
    private func memory(_ queued: Int, _ sent: Int, _ taken: Int = 0) -> [UInt8] {
        var bytes = (0..<SharedMemory.totalBytes).map { UInt8(truncatingIfNeeded: $0 - 64) }
        for (index, value) in [queued, sent, taken].enumerated() {
            withUnsafeBytes(of: value) { bytes.replaceSubrange(index * 8..<index * 8 + 8, with: $0) }
        }
        return bytes
    }

    private func missing(_ queued: Int, _ sent: Int, received: Int) throws -> [UInt8] {
        Array(try SharedSnapshot(copy: memory(queued, sent)).framesMissing(afterReceiving: received))
    }

    /// The server lacks what is queued, less what it has received of it.
    @Test func missingFrames() throws {
        #expect(try missing(3, 0, received: 0) == [0, 1, 2])
        #expect(try missing(3, 100, received: 101) == [1, 2])
        #expect(try missing(3, 100, received: 103) == [])
        #expect(try missing(0, 100, received: 5000) == [])
        #expect(try missing(SharedMemory.capacityBytes, 0, received: 0).count == SharedMemory.capacityBytes)
        #expect(try SharedSnapshot(copy: memory(0, 0, 7)).taken == 7)
    }

    /// Counters that no worker writes are refused.
    @Test func impossibleCounters() {
        for queued in [-1, Int.min, SharedMemory.capacityBytes + 1, 1_300_000, Int.max] {
            #expect(throws: SharedSnapshot.Fault.counter("queued", queued)) { try missing(queued, 0, received: 0) }
        }
        for sent in [-1, Int.min, 1, Int.max] {
            #expect(throws: SharedSnapshot.Fault.counter("sent", sent)) { try missing(0, sent, received: 0) }
        }
        for taken in [-1, Int.min, Int.max, 1 << 32] {
            #expect(throws: SharedSnapshot.Fault.counter("taken", taken)) {
                try SharedSnapshot(copy: memory(0, 0, taken))
            }
        }
    }

    /// Memory that the model has cut short is refused.
    @Test(arguments: [0, 8, 63, SharedMemory.totalBytes - 1])
    func truncated(count: Int) {
        #expect(throws: SharedSnapshot.Fault.truncated) {
            try SharedSnapshot(copy: [UInt8](repeating: 0, count: count))
        }
    }
}
