import Predictions
import Testing

/// How long the steps of a shutdown may take.
@Suite struct ShutdownPlans {
    @Test func defaultEndsWithin25Seconds() {
        #expect(ShutdownPlan().limit == .seconds(25))
    }

    /// Whenever the predictions end, and however long the killed worker takes.
    @Test(arguments: [0, 1, 14_999, 15_000, 16_000, 24_000, 26_000])
    func closingNeverPassesTheLimit(elapsed: Int) {
        let plan = ShutdownPlan()
        let closing = plan.closing(at: .milliseconds(elapsed))
        #expect(closing.total >= .zero)
        #expect(elapsed >= 25_000 || .milliseconds(elapsed) + closing.total <= plan.limit)
        for part in [closing.worker, closing.webhooks, closing.answers] {
            #expect(part >= .zero)
            #expect(part <= closing.total)
        }
    }

    @Test func webhooksLeaveTheProcessAMomentToEnd() {
        let closing = ShutdownPlan().closing(at: ShutdownPlan.defaultGrace)
        #expect(closing.total == .seconds(10))
        #expect(closing.webhooks == .seconds(9))
        #expect(closing.worker == .seconds(5))
        #expect(closing.answers == .seconds(2))
    }

    @Test func slowDeathShortensTheClosing() {
        let plan = ShutdownPlan()
        let closing = plan.closing(at: plan.grace + ShutdownPlan.deathTime)
        #expect(closing.total == .seconds(9))
        #expect(closing.webhooks == .seconds(8))
    }

    /// The delay, the grace, and the closing share the 25 s, unless the operator has chosen a grace or a longer delay.
    @Test(arguments: [(0, nil, 15), (5, nil, 10), (15, nil, 0), (20, nil, 0), (5, 15, 15), (20, 60, 60)])
    func drainDelay(delay: Int, chosen: Int?, grace: Int) {
        let plan = ShutdownPlan(drainDelay: .seconds(delay), grace: chosen.map { .seconds($0) })
        #expect(plan.drainDelay == .seconds(delay))
        #expect(plan.grace == .seconds(grace))
        #expect(plan.limit == .seconds(grace + 10))
    }

    /// Nothing is pending in an idle server, but a dead receiver must not use up the whole grace.
    @Test func closingIsShortWhenPredictionsEndEarly() {
        let plan = ShutdownPlan(grace: .seconds(600))
        #expect(plan.closing(at: .seconds(1)).total == .seconds(10))
    }

    @Test(arguments: [0, 60, 600])
    func operatorsChoiceHolds(seconds: Int) {
        let plan = ShutdownPlan(grace: .seconds(seconds))
        #expect(plan.grace == .seconds(seconds))
        #expect(plan.limit == .seconds(seconds + 10))
        #expect(plan.closing(at: plan.grace).webhooks == .seconds(9))
    }
}
