import Predictions
import Testing
import WorkerProtocol

@testable import Workers

/// How workers come into being.
@Suite struct Templates {
    private func ready(_ start: WorkerStart = .fork, keepsStandby: Bool = false) -> Template {
        var template = Template(start, keepsStandby: keepsStandby)
        template.becameReady()
        return template
    }

    @Test func withoutForkingWorkersAreSpawned() {
        let template = Template(.spawn, keepsStandby: false)
        #expect(template.stage == .unused)
        #expect(template.source(isStandbyReady: false) == .spawn)
    }

    @Test(arguments: [WorkerStart.fork, .forkAfterImport])
    func workersWaitForTheTemplate(start: WorkerStart) {
        var template = Template(start, keepsStandby: false)
        #expect(template.source(isStandbyReady: false) == .wait)
        template.becameReady()
        #expect(template.source(isStandbyReady: false) == .fork)
    }

    @Test(arguments: WorkerStart.allCases)
    func standbyComesFirst(start: WorkerStart) {
        #expect(Template(start, keepsStandby: true).source(isStandbyReady: true) == .standby)
    }

    @Test func refusedTemplateIsNotTriedAgain() {
        var template = Template(.fork, keepsStandby: false)
        template.refused()
        #expect(template.source(isStandbyReady: false) == .spawn)
        _ = template.died()
        template.becameReady()
        #expect(template.source(isStandbyReady: false) == .spawn)
    }

    @Test func deadTemplateIsMadeAnew() {
        var template = ready()
        #expect(template.died() == [])
        #expect(template.stage == .preparing)
        #expect(template.source(isStandbyReady: false) == .wait)
        template.becameReady()
        #expect(template.source(isStandbyReady: false) == .fork)
    }

    @Test func deadTemplateLosesWhatItWasToFork() {
        var template = ready()
        for number in [3, 1, 2] { template.ordered(WorkerID(number), at: .zero) }
        #expect(template.answered(WorkerID(1)) == true)
        #expect(template.died() == [WorkerID(2), WorkerID(3)])
        #expect(template.died() == [])
        #expect(template.nextDeadline == nil)
    }

    @Test func answersToNoOrderAreNoticed() {
        var template = ready()
        template.ordered(WorkerID(1), at: .zero)
        #expect(template.answered(WorkerID(2)) == false)
        #expect(template.answered(WorkerID(1)) == true)
        #expect(template.answered(WorkerID(1)) == false)
    }

    @Test func silentTemplateIsStuck() {
        var template = ready()
        #expect(template.nextDeadline == nil)
        template.ordered(WorkerID(1), at: .seconds(10))
        template.ordered(WorkerID(2), at: .seconds(12))
        #expect(template.nextDeadline == .seconds(15))
        _ = template.answered(WorkerID(1))
        #expect(template.nextDeadline == .seconds(17))
        #expect(template.deadlinePassed(at: .seconds(16)) == false)
        #expect(template.deadlinePassed(at: .seconds(17)) == true)
        // It is killed once, and what it was to do is lost with it.
        #expect(template.nextDeadline == nil)
        #expect(template.deadlinePassed(at: .seconds(18)) == false)
        #expect(template.died() == [WorkerID(2)])
    }

    // MARK: - Forked workers that die

    @Test func forkedWorkersThatDieInARowEndTheForking() {
        var template = ready()
        #expect((1...3).map { _ in template.workerFailed() } == [false, false, true])
        #expect(template.source(isStandbyReady: false) == .spawn)
    }

    @Test func readyWorkerShowsThatForkingWorks() {
        var template = ready()
        for _ in 1...4 {
            #expect(template.workerFailed() == false)
            #expect(template.workerFailed() == false)
            template.workerBecameReady()
        }
        #expect(template.stage == .ready)
    }

    @Test func deathsWhileThereIsNoTemplateDoNotCount() {
        var template = ready()
        _ = template.died()
        #expect((1...5).map { _ in template.workerFailed() } == Array(repeating: false, count: 5))
    }

    // MARK: - The standby

    @Test(arguments: [
        (WorkerStart.spawn, true), (.fork, false), (.forkAfterImport, true),
    ])
    func standbyIsKeptWhereAForkWouldNotDo(start: WorkerStart, isWanted: Bool) {
        #expect(ready(start, keepsStandby: true).wantsStandby == isWanted)
        #expect(!ready(start).wantsStandby)
    }

    @Test func standbyWaitsForTheTemplatesFate() {
        var template = Template(.fork, keepsStandby: true)
        #expect(!template.wantsStandby)
        template.refused()
        #expect(template.wantsStandby)
    }
}

/// Lives of workers that wait for a template.
@Suite struct WaitingLives {
    private func waiting() -> Lifecycle {
        var life = Lifecycle(setupTimeout: .seconds(9), policy: .init())
        #expect(life.wanted() == [.start])
        life.mustWait()
        return life
    }

    @Test func waitingWorkerIsExpectedAndHasNoDeadline() {
        var life = waiting()
        #expect(life.state == .waiting)
        #expect(life.isExpected)
        #expect(life.nextDeadline == nil)
        #expect(life.deadlinePassed(at: .seconds(99)) == [])
    }

    @Test func waitingWorkerIsStartedWhenWanted() {
        var life = waiting()
        #expect(life.wanted() == [.start])
        #expect(life.state == .settingUp)
    }

    @Test func waitingWorkerStopsAtOnce() {
        var life = waiting()
        #expect(life.stopped(at: .zero, within: .seconds(5)) == [])
        #expect(life.state == .stopped)
    }

    @Test func lostOrderIsNoFailure() {
        var life = waiting()
        _ = life.wanted()
        life.started(at: .zero)
        life.mustWait()
        #expect(life.state == .waiting)
        #expect(life.nextDeadline == nil)
        #expect(!life.hasFailed)
    }

    @Test func workerThatEndsDoesNotWaitAgain() {
        var life = waiting()
        _ = life.wanted()
        _ = life.stopped(at: .zero, within: .seconds(5))
        life.mustWait()
        #expect(life.state == .ending(.shutdown))
    }

    @Test func whoeverGaveItsProcessAwayIsIdle() {
        var life = Lifecycle(setupTimeout: nil, policy: .init())
        _ = life.wanted()
        life.becameReady(at: .zero)
        life.notWanted()
        #expect(life.state == .idle)
        #expect(life.wanted() == [.start])
    }

    @Test func processOfNoUseEndsAndIsStartedAgain() {
        var life = Lifecycle(setupTimeout: nil, policy: .init())
        _ = life.wanted()
        #expect(life.turnedOutUseless(at: .zero) == [.finish])
        #expect(life.died(at: .seconds(1), modelWorks: true) == [.start])
    }
}
