import Predictions
import Testing

@testable import Serving

/// A moment, in milliseconds.
private func ms(_ count: Int) -> Duration { .milliseconds(count) }

/// When a batch is due.
@Suite struct GatheringTests {
    @Test func lonePredictionIsDueAtOnce() {
        var gathering = Gathering(size: 3, wait: ms(10))
        gathering.arrived(run(1), from: 7, at: ms(5))
        #expect(gathering.isDue(at: ms(5)))
        #expect(gathering.takeBatch() == [run(1)])
        #expect(gathering.isEmpty)
    }

    /// Predictions of one request are one batch, unless there are more of them than fit.
    @Test func predictionsOfOneRequestWaitForEachOther() {
        var gathering = Gathering(size: 3, wait: ms(10))
        gathering.awaitsMore = true
        gathering.arrived(run(1), from: nil, at: ms(5))
        gathering.arrived(run(2), from: nil, at: ms(5))
        #expect(!gathering.isDue(at: ms(5)))
        gathering.arrived(run(3), from: nil, at: ms(5))
        #expect(gathering.isDue(at: ms(5)))
        #expect(gathering.takeBatch() == [run(1), run(2), run(3)])
        gathering.arrived(run(4), from: nil, at: ms(5))
        #expect(!gathering.isDue(at: ms(5)))
        gathering.awaitsMore = false
        #expect(gathering.isDue(at: ms(5)))
    }

    @Test func nobodyIsDueWhereNobodyWaits() {
        var gathering = Gathering(size: 3, wait: ms(10))
        #expect(gathering.deadline(at: ms(5)) == nil)
        #expect(!gathering.isDue(at: ms(5)))
        #expect(gathering.takeBatch() == [])
    }

    /// Who was answered lately is expected to come again; the wait ends with that expectation.
    @Test func waitsForAClientThatWasAnsweredLately() {
        var gathering = Gathering(size: 3, wait: ms(10))
        gathering.answered(7, at: ms(0))
        gathering.arrived(run(1), from: 8, at: ms(4))
        #expect(gathering.deadline(at: ms(4)) == ms(10))
        #expect(!gathering.isDue(at: ms(9)))
        #expect(gathering.isDue(at: ms(10)))
    }

    @Test func waitsNoLongerThanTheFirstMay() {
        var gathering = Gathering(size: 3, wait: ms(10))
        gathering.answered(7, at: ms(0))
        gathering.arrived(run(1), from: 8, at: ms(4))
        gathering.answered(9, at: ms(8))
        #expect(gathering.deadline(at: ms(8)) == ms(14))
        #expect(gathering.isDue(at: ms(14)))
    }

    @Test func ownAnswerIsNoReasonToWait() {
        var gathering = Gathering(size: 3, wait: ms(10))
        gathering.answered(7, at: ms(0))
        gathering.arrived(run(1), from: 7, at: ms(1))
        #expect(gathering.isDue(at: ms(1)))
    }

    @Test func dueWhenAllHaveComeAgain() {
        var gathering = Gathering(size: 3, wait: ms(10))
        for client in 1...2 { gathering.answered(client, at: ms(0)) }
        gathering.arrived(run(1), from: 1, at: ms(1))
        #expect(!gathering.isDue(at: ms(1)))
        gathering.arrived(run(2), from: 2, at: ms(2))
        #expect(gathering.isDue(at: ms(2)))
        #expect(gathering.takeBatch() == [run(1), run(2)])
    }

    @Test func clientThatHasLeftIsNotExpected() {
        var gathering = Gathering(size: 3, wait: ms(10))
        gathering.answered(7, at: ms(0))
        gathering.arrived(run(1), from: 8, at: ms(1))
        #expect(gathering.expects(7))
        gathering.clientGone(7)
        #expect(!gathering.expects(7))
        #expect(gathering.isDue(at: ms(1)))
    }

    /// Without a waiting connection, as for asynchronous responses, any recently answered client counts.
    @Test func predictionWithoutAClient() {
        var gathering = Gathering(size: 3, wait: ms(10))
        gathering.arrived(run(1), from: nil, at: ms(1))
        #expect(gathering.isDue(at: ms(1)))
        _ = gathering.takeBatch()
        gathering.answered(7, at: ms(2))
        gathering.arrived(run(2), from: nil, at: ms(3))
        #expect(gathering.deadline(at: ms(3)) == ms(12))
    }

    @Test func expectationEndsWithTheWait() {
        var gathering = Gathering(size: 3, wait: ms(10))
        gathering.answered(7, at: ms(0))
        gathering.arrived(run(1), from: 8, at: ms(10))
        #expect(gathering.isDue(at: ms(10)))
        #expect(!gathering.expects(7))
    }

    @Test func clientAnsweredAgainIsExpectedAgain() {
        var gathering = Gathering(size: 3, wait: ms(10))
        gathering.answered(7, at: ms(0))
        gathering.arrived(run(1), from: 7, at: ms(1))
        _ = gathering.takeBatch()
        gathering.answered(7, at: ms(3))
        gathering.arrived(run(2), from: 8, at: ms(11))
        #expect(gathering.deadline(at: ms(11)) == ms(13))
    }

    @Test func fullBatchIsDueWhoeverIsExpected() {
        var gathering = Gathering(size: 3, wait: ms(10))
        gathering.answered(7, at: ms(0))
        for index in 1...3 { gathering.arrived(run(index), from: 10 + index, at: ms(1)) }
        #expect(gathering.isDue(at: ms(1)))
        #expect(gathering.takeBatch() == [run(1), run(2), run(3)])
    }

    @Test func batchIsNeverLargerThanItsSize() {
        var gathering = Gathering(size: 3, wait: ms(10))
        for index in 1...7 { gathering.arrived(run(index), from: index, at: ms(1)) }
        #expect(gathering.takeBatch() == [run(1), run(2), run(3)])
        #expect(gathering.takeBatch() == [run(4), run(5), run(6)])
        #expect(gathering.count == 1)
        #expect(gathering.takeBatch() == [run(7)])
    }

    @Test func whoLeavesIsNotInTheBatch() {
        var gathering = Gathering(size: 3, wait: ms(10))
        for index in 1...3 { gathering.arrived(run(index), from: index, at: ms(1)) }
        gathering.left(run(2))
        gathering.left(run(9))
        #expect(gathering.takeBatch() == [run(1), run(3)])
    }

    @Test func whoComesBackGoesFirstAndWaitsNoMore() {
        var gathering = Gathering(size: 3, wait: ms(10))
        gathering.answered(7, at: ms(0))
        gathering.arrived(run(1), from: 8, at: ms(1))
        gathering.cameBack([run(4), run(5)], at: ms(2))
        #expect(gathering.isDue(at: ms(2)))
        #expect(gathering.takeBatch() == [run(4), run(5), run(1)])
    }

    @Test func noWaitAtAll() {
        var gathering = Gathering(size: 3, wait: .zero)
        gathering.answered(7, at: ms(1))
        gathering.arrived(run(1), from: 8, at: ms(1))
        #expect(gathering.isDue(at: ms(1)))
    }

    @Test func longLineStaysInOrder() {
        var gathering = Gathering(size: 3, wait: ms(10))
        for index in 0..<1_000 { gathering.arrived(run(index), from: nil, at: ms(index)) }
        var taken: [RunID] = []
        while !gathering.isEmpty { taken += gathering.takeBatch() }
        #expect(taken == (0..<1_000).map { run($0) })
    }

    @Test func manyAnswersAreForgotten() {
        var gathering = Gathering(size: 3, wait: ms(10))
        for client in 0..<10_000 { gathering.answered(client, at: ms(client)) }
        gathering.arrived(run(1), from: nil, at: ms(20_000))
        #expect(gathering.isDue(at: ms(20_000)))
        #expect(!gathering.expects(9_999))
    }
}
