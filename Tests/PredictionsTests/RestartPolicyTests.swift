import Predictions
import Testing

/// When a worker that died is started again, and when the server reports `DEFUNCT`.
@Suite struct Restarts {
    private static let soon = RestartPolicy.Death.idle(after: .milliseconds(1))
    private static let poison = RestartPolicy.Death.predicting(after: .milliseconds(1))

    @Test(arguments: [RestartPolicy.Death.beforeReady, soon])
    func pausesDouble(death: RestartPolicy.Death) {
        var policy = RestartPolicy(limit: 20)
        let pauses = (0..<13).map { _ in policy.died(death) }
        #expect(pauses[0] == .zero)
        #expect(pauses[1] == .milliseconds(100))
        #expect(pauses[2] == .milliseconds(200))
        #expect(pauses[9] == .milliseconds(25_600))
        #expect(pauses[10] == .seconds(30))
        #expect(pauses[12] == .seconds(30))
    }

    @Test func atTheLimitItReportsDefunctAndKeepsTrying() {
        var policy = RestartPolicy(limit: 3)
        #expect(policy.died(.beforeReady) == .zero)
        #expect(policy.died(.beforeReady) == .milliseconds(100))
        #expect(!policy.isDefunct)
        for _ in 0..<1000 {
            #expect(policy.died(.beforeReady) == .seconds(30))
            #expect(policy.isDefunct)
        }
    }

    @Test func defaultLimitIsEight() {
        var policy = RestartPolicy()
        for _ in 0..<7 { _ = policy.died(.beforeReady) }
        #expect(!policy.isDefunct)
        _ = policy.died(.beforeReady)
        #expect(policy.isDefunct)
    }

    @Test func deathsDuringPredictionsNeitherCountNorWait() {
        var policy = RestartPolicy(limit: 1)
        for _ in 0..<1000 {
            #expect(policy.died(Self.poison) == .zero)
            #expect(!policy.isDefunct)
            policy.becameReady()
        }
        // They don't make the next pause longer either.
        #expect(policy.died(Self.soon) == .zero)
    }

    @Test func idleDeathsWaitButDoNotCount() {
        var policy = RestartPolicy(limit: 2)
        var pause = Duration.zero
        for _ in 0..<20 {
            policy.becameReady()
            pause = policy.died(Self.soon)
            #expect(!policy.isDefunct)
        }
        #expect(pause == .seconds(30))
    }

    @Test func readyWorkerEndsDefunct() {
        var policy = RestartPolicy(limit: 2)
        _ = policy.died(.beforeReady)
        _ = policy.died(.beforeReady)
        #expect(policy.isDefunct)
        policy.becameReady()
        #expect(!policy.isDefunct)
        _ = policy.died(.beforeReady)
        #expect(!policy.isDefunct)
    }

    @Test func deathsBeforeReadyCountOnlyInARow() {
        var policy = RestartPolicy(limit: 2)
        for _ in 0..<10 {
            _ = policy.died(.beforeReady)
            #expect(!policy.isDefunct)
            policy.becameReady()
            _ = policy.died(Self.poison)
        }
    }

    /// Being ready is not enough: a worker that dies right after each setup would never let the machine rest.
    @Test func readinessDoesNotShortenThePauses() {
        var policy = RestartPolicy(limit: 20)
        for _ in 0..<3 {
            _ = policy.died(.beforeReady)
            policy.becameReady()
            _ = policy.died(Self.soon)
        }
        #expect(policy.died(Self.soon) == .milliseconds(3_200))
    }

    @Test func finishedPredictionStartsThePausesAnew() {
        var policy = RestartPolicy()
        for _ in 0..<5 {
            policy.becameReady()
            #expect(policy.died(Self.soon) == .zero)
            policy.predictionFinished()
        }
    }

    @Test(arguments: [RestartPolicy.Death.idle(after: .seconds(60)), .predicting(after: .seconds(60))])
    func longReadinessStartsThePausesAnew(death: RestartPolicy.Death) {
        var policy = RestartPolicy(limit: 20)
        for _ in 0..<8 { _ = policy.died(Self.soon) }
        #expect(policy.died(death) == .zero)
        #expect(policy.died(.idle(after: .seconds(59))) < .milliseconds(200))
    }
}
