import Testing

@testable import EventLoop

/// When freed memory is returned to the system.
@Suite struct TrimPolicyTests {
    private let mib = 1 << 20

    private func look(_ policy: inout TrimPolicy, _ garbage: Int, idle: Bool = true, settled: Bool = true)
        -> TrimPolicy.Action
    {
        policy.looked(garbageBytes: garbage, isIdle: idle, isSettled: settled)
    }

    @Test func afterABurst() {
        var policy = TrimPolicy()
        let first = look(&policy, 100 * mib)
        #expect(first == .trim)
        policy.trimmed(garbageBytes: 5 * mib)
        let second = look(&policy, 5 * mib)
        #expect(second == .stop)
    }

    @Test func littleIsNotWorthIt() {
        var policy = TrimPolicy()
        let action = look(&policy, 8 * mib)
        #expect(action == .stop)
        let more = look(&policy, 8 * mib + 1)
        #expect(more == .trim)
    }

    /// What can't be given back is not tried again, until it has become more.
    @Test func whatIsLeftCountsAsNothing() {
        var policy = TrimPolicy()
        _ = look(&policy, 100 * mib)
        policy.trimmed(garbageBytes: 60 * mib)
        let actions = [60, 67, 69].map { look(&policy, $0 * mib) }
        #expect(actions == [.stop, .stop, .trim])
    }

    /// When less is left later, that is the new measure.
    @Test func leftoversShrink() {
        var policy = TrimPolicy()
        policy.trimmed(garbageBytes: 60 * mib)
        let actions = [10, 20].map { look(&policy, $0 * mib) }
        #expect(actions == [.stop, .trim])
    }

    /// A busy server gives memory back now and then.
    @Test func busy() {
        var policy = TrimPolicy()
        let first = look(&policy, 100 * mib, idle: false, settled: false)
        #expect(first == .trim)
        policy.trimmed(garbageBytes: 0)
        let actions = (0..<11).map { _ in look(&policy, 100 * mib, idle: false, settled: false) }
        #expect(actions == [TrimPolicy.Action](repeating: .wait, count: 10) + [.trim])
    }

    /// While something is held that will be freed, the looks continue.
    @Test func somethingIsStillHeld() {
        var policy = TrimPolicy()
        let action = look(&policy, 0, settled: false)
        #expect(action == .wait)
    }

    /// Memory that was taken and not touched makes the sum negative.
    @Test func negativeGarbage() {
        var policy = TrimPolicy()
        let actions = [-50, 5, 9].map { look(&policy, $0 * mib) }
        #expect(actions == [.stop, .stop, .trim])
    }
}
