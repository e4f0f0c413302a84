import EventLoop
import Testing

@Suite struct PrepareTests {
    /// Work that one callback makes for another is done in the same round, whichever of the two is called first.
    @Test(arguments: [false, true]) func workForOneThatHasHadItsTurn(_ makerComesFirst: Bool) throws {
        try withLoop { loop in
            // Without an active handle the loop has no rounds.
            let timer = try Timer(on: loop) {}
            timer.start(after: .seconds(600))
            defer { timer.close() }
            var hasTrigger = true
            var waiting = 0
            var done = 0
            let make = {
                guard hasTrigger else { return false }
                hasTrigger = false
                waiting += 1
                return true
            }
            let take = {
                guard waiting > 0 else { return false }
                done += waiting
                waiting = 0
                return true
            }
            let first = try Prepare(on: loop, onPrepare: makerComesFirst ? make : take)
            let second = try Prepare(on: loop, onPrepare: makerComesFirst ? take : make)
            loop.runOnce()
            #expect(done == 1)
            first.close()
            second.close()
        }
    }

    /// With nothing to do each callback is called once a round; after it was closed, not at all.
    @Test func calledOnceARound() throws {
        try withLoop { loop in
            // Without an active handle the loop has no rounds.
            let timer = try Timer(on: loop) {}
            timer.start(after: .seconds(600))
            defer { timer.close() }
            var calls = 0
            let prepare = try Prepare(on: loop) {
                calls += 1
                return false
            }
            loop.runOnce()
            loop.runOnce()
            #expect(calls == 2)
            prepare.close()
            prepare.close()
            loop.runOnce()
            #expect(calls == 2)
        }
    }
}
