import Predictions
import Testing
import Workers

/// The lives of one worker.
@Suite struct Lifecycles {
    private func lifecycle(setupTimeout: Duration? = nil, limit: Int = 3) -> Lifecycle {
        Lifecycle(setupTimeout: setupTimeout, policy: RestartPolicy(limit: limit))
    }

    private func settingUp(timeout: Duration? = nil, limit: Int = 3) -> Lifecycle {
        var lifecycle = lifecycle(setupTimeout: timeout, limit: limit)
        #expect(lifecycle.wanted() == [.start])
        lifecycle.started(at: .zero)
        return lifecycle
    }

    private var ready: Lifecycle {
        var lifecycle = settingUp()
        lifecycle.becameReady(at: .zero)
        return lifecycle
    }

    @Test func isStartedWhenItIsWanted() {
        var lifecycle = lifecycle()
        #expect(lifecycle.state == .idle)
        #expect(lifecycle.wanted() == [.start])
        #expect(lifecycle.state == .settingUp)
        #expect(lifecycle.wanted() == [])
    }

    @Test func setupWithoutALimit() {
        #expect(settingUp().nextDeadline == nil)
    }

    @Test func setupThatTakesTooLong() {
        var lifecycle = settingUp(timeout: .seconds(5))
        #expect(lifecycle.nextDeadline == .seconds(5))
        #expect(lifecycle.deadlinePassed(at: .seconds(4)) == [])
        #expect(lifecycle.deadlinePassed(at: .seconds(5)) == [.kill])
        #expect(lifecycle.state == .ending(.setupTimedOut))
        #expect(lifecycle.died(at: .seconds(5), modelWorks: false) == [.start])
        #expect(lifecycle.hasFailed)
    }

    @Test func readyInTime() {
        var lifecycle = settingUp(timeout: .seconds(5))
        lifecycle.becameReady(at: .zero)
        #expect(lifecycle.nextDeadline == nil)
        #expect(lifecycle.deadlinePassed(at: .seconds(5)) == [])
        #expect(lifecycle.state == .ready)
    }

    @Test func firstSetupThatRaisesIsNotTriedAgain() {
        var lifecycle = settingUp()
        #expect(lifecycle.setupFailed(at: .zero) == [.finish])
        #expect(lifecycle.died(at: .seconds(1), modelWorks: false) == [])
        #expect(lifecycle.state == .setupFailed)
        #expect(!lifecycle.isExpected)
    }

    @Test func otherWorkersMayShowThatTheModelWorks() {
        var lifecycle = settingUp()
        _ = lifecycle.setupFailed(at: .zero)
        _ = lifecycle.died(at: .seconds(1), modelWorks: false)
        #expect(lifecycle.wanted() == [.start])
        #expect(lifecycle.state == .settingUp)
    }

    @Test func laterSetupThatRaisesIsTriedAgain() {
        var lifecycle = settingUp()
        _ = lifecycle.setupFailed(at: .zero)
        #expect(lifecycle.died(at: .seconds(1), modelWorks: true) == [.start])
    }

    @Test func failedSetupThatDoesNotEndIsKilled() {
        var lifecycle = settingUp()
        _ = lifecycle.setupFailed(at: .zero)
        #expect(lifecycle.nextDeadline == Lifecycle.endGrace)
        #expect(lifecycle.deadlinePassed(at: Lifecycle.endGrace) == [.kill])
    }

    @Test func setupThatDiesIsTriedAgainAfterAPause() {
        var lifecycle = settingUp()
        #expect(lifecycle.died(at: .zero, modelWorks: false) == [.start])
        lifecycle.started(at: .zero)
        #expect(lifecycle.died(at: .zero, modelWorks: false) == [])
        #expect(lifecycle.state == .pausing)
        #expect(lifecycle.isExpected)
        let deadline = lifecycle.nextDeadline ?? .zero
        #expect(deadline > .zero)
        #expect(lifecycle.deadlinePassed(at: deadline) == [.start])
    }

    @Test func recycledWorkerIsReplacedAtOnce() {
        var lifecycle = ready
        for _ in 0..<20 {
            #expect(lifecycle.recycled(at: .zero) == [.finish])
            #expect(lifecycle.died(at: .zero, modelWorks: true) == [.start])
            lifecycle.started(at: .zero)
            lifecycle.becameReady(at: .zero)
        }
    }

    @Test func recycledWorkerThatDoesNotEndIsKilled() {
        var lifecycle = ready
        _ = lifecycle.recycled(at: .seconds(1))
        #expect(lifecycle.deadlinePassed(at: .seconds(1) + Lifecycle.endGrace) == [.kill])
        #expect(lifecycle.nextDeadline == nil)
    }

    @Test func onlyAReadyWorkerIsRecycled() {
        var lifecycle = settingUp()
        #expect(lifecycle.recycled(at: .zero) == [])
        #expect(lifecycle.state == .settingUp)
    }

    @Test func unresponsiveWorkerIsKilledAndReplaced() {
        var lifecycle = ready
        #expect(lifecycle.ignored(.timedOut) == [.kill])
        #expect(lifecycle.ignored(.canceled) == [])
        #expect(lifecycle.state == .ending(.unresponsive(.timedOut)))
        #expect(lifecycle.died(at: .seconds(90), modelWorks: true) == [.start])
    }

    @Test func workerWithoutAChannelIsGivenAMoment() {
        var lifecycle = ready
        #expect(lifecycle.channelLost(at: .zero) == [.finish])
        #expect(lifecycle.state == .ending(.channelLost(wasReady: true)))
        #expect(lifecycle.deadlinePassed(at: Lifecycle.channelGrace) == [.kill])
    }

    @Test func channelLostInSetup() {
        var lifecycle = settingUp()
        _ = lifecycle.channelLost(at: .zero)
        #expect(lifecycle.state == .ending(.channelLost(wasReady: false)))
        #expect(lifecycle.died(at: .zero, modelWorks: false) == [.start])
        #expect(lifecycle.hasFailed)
    }

    @Test func workerThatMisbehavesIsKilledAtOnce() {
        var lifecycle = ready
        #expect(lifecycle.misbehaved() == [.kill])
        #expect(lifecycle.state == .ending(.misbehaved(wasReady: true)))
        #expect(lifecycle.isExpected)
        #expect(lifecycle.died(at: .zero, modelWorks: true, hadPredictions: true) == [.start])
        #expect(!lifecycle.hasFailed)
    }

    @Test func misbehavingInSetupIsAFailedSetup() {
        var lifecycle = settingUp(timeout: .seconds(9))
        #expect(lifecycle.misbehaved() == [.kill])
        #expect(lifecycle.nextDeadline == nil)
        #expect(lifecycle.died(at: .zero, modelWorks: false) == [.start])
        #expect(lifecycle.hasFailed)
    }

    @Test func misbehavingAtTheEndIsKilledAndStaysTheEnd() {
        var lifecycle = ready
        _ = lifecycle.stopped(at: .zero, within: .seconds(5))
        #expect(lifecycle.misbehaved() == [.kill])
        #expect(lifecycle.state == .ending(.shutdown))
        #expect(lifecycle.died(at: .zero, modelWorks: true) == [])
    }

    @Test func channelThatIsLostAtTheEndChangesNothing() {
        var lifecycle = ready
        _ = lifecycle.recycled(at: .zero)
        #expect(lifecycle.channelLost(at: .zero) == [])
        #expect(lifecycle.state == .ending(.recycled))
    }

    @Test func readyWorkerIsAskedToEnd() {
        var lifecycle = ready
        #expect(lifecycle.stopped(at: .zero, within: .seconds(5)) == [.finish])
        #expect(lifecycle.nextDeadline == .seconds(5))
        #expect(!lifecycle.isExpected)
        #expect(lifecycle.died(at: .seconds(1), modelWorks: true) == [])
        #expect(lifecycle.state == .stopped)
    }

    @Test func setupIsNotWaitedFor() {
        var lifecycle = settingUp()
        _ = lifecycle.stopped(at: .zero, within: .seconds(5))
        #expect(lifecycle.nextDeadline == Lifecycle.graceInSetup)
        #expect(lifecycle.deadlinePassed(at: Lifecycle.graceInSetup) == [.kill])
    }

    @Test func workerThatWasNotStartedStopsAtOnce() {
        var lifecycle = lifecycle()
        #expect(lifecycle.stopped(at: .zero, within: .seconds(5)) == [])
        #expect(lifecycle.state == .stopped)
        #expect(lifecycle.wanted() == [])
    }

    @Test func pausingWorkerIsNotStartedAgain() {
        var lifecycle = settingUp()
        _ = lifecycle.died(at: .zero, modelWorks: false)
        lifecycle.started(at: .zero)
        _ = lifecycle.died(at: .zero, modelWorks: false)
        _ = lifecycle.stopped(at: .zero, within: .seconds(5))
        #expect(lifecycle.state == .stopped)
        #expect(lifecycle.nextDeadline == nil)
    }

    @Test func workerThatIsEndingIsNotReplacedAfterTheStop() {
        var lifecycle = ready
        _ = lifecycle.recycled(at: .zero)
        #expect(lifecycle.stopped(at: .seconds(1), within: .seconds(50)) == [])
        // What was promised earlier stays.
        #expect(lifecycle.nextDeadline == Lifecycle.endGrace)
        #expect(lifecycle.died(at: .seconds(2), modelWorks: true) == [])
        #expect(lifecycle.state == .stopped)
    }

    @Test func setupsThatDieInARowMakeItDefunctButAreTriedAgain() {
        var lifecycle = settingUp(limit: 3)
        for _ in 0..<2 {
            _ = lifecycle.died(at: .zero, modelWorks: false)
            if let deadline = lifecycle.nextDeadline { _ = lifecycle.deadlinePassed(at: deadline) }
            lifecycle.started(at: .zero)
            #expect(lifecycle.isExpected)
        }
        _ = lifecycle.died(at: .zero, modelWorks: false)
        #expect(lifecycle.isDefunct)
        #expect(!lifecycle.isExpected)
        #expect(lifecycle.failures == 3)
        #expect(lifecycle.nextDeadline == RestartPolicy.longestPause)
        #expect(lifecycle.deadlinePassed(at: RestartPolicy.longestPause) == [.start])
        lifecycle.started(at: .zero)
        lifecycle.becameReady(at: .zero)
        #expect(!lifecycle.isDefunct)
        #expect(lifecycle.isExpected)
    }

    @Test(arguments: [true, false])
    func onlyDeathsWithoutPredictionsArePausedFor(hadPredictions: Bool) {
        var lifecycle = ready
        for _ in 0..<5 {
            if lifecycle.died(at: .zero, modelWorks: true, hadPredictions: hadPredictions).isEmpty {
                _ = lifecycle.deadlinePassed(at: lifecycle.nextDeadline ?? .zero)
            }
            lifecycle.started(at: .zero)
            lifecycle.becameReady(at: .zero)
        }
        let actions = lifecycle.died(at: .zero, modelWorks: true, hadPredictions: hadPredictions)
        #expect(actions == (hadPredictions ? [.start] : []))
        #expect(!lifecycle.isDefunct)
    }

    @Test func setupEndsTheFailure() {
        var lifecycle = settingUp()
        _ = lifecycle.died(at: .zero, modelWorks: false)
        #expect(lifecycle.hasFailed)
        lifecycle.started(at: .zero)
        lifecycle.becameReady(at: .zero)
        #expect(!lifecycle.hasFailed)
    }
}
