import Predictions
import Serving
import Testing
import Workers

/// A prediction that replaces an ended one waits where others are refused.
@Suite struct KeptPlaces {
    @Test func waitsThoughTheQueueIsFull() {
        var scheduler = scheduler()
        #expect(scheduler.arrive(1) == .start(on: worker(1)))
        #expect(scheduler.arrive(2) == .refuse(.busy))
        #expect(scheduler.arrived(run(3), keepsPlace: true, at: .zero) == .wait)
        #expect(scheduler.free(1) == [.start(run(3), on: worker(1))])
    }

    @Test func isRefusedWithoutWorkers() {
        var scheduler = Scheduler(limits: Scheduler.Limits())
        #expect(scheduler.arrived(run(1), keepsPlace: true, at: .zero) == .refuse(.noWorkers))
    }
}
