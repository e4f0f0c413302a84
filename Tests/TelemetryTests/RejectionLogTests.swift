import Telemetry
import Testing

/// When rejections are logged.
@Suite struct RejectionLogTests {
    /// The first line comes at once, and the next one after the interval, with everything since then.
    @Test func linesAreRare() {
        var log = RejectionLog()
        #expect(log.rejected(3, at: .seconds(5)) == 3)
        #expect(log.rejected(2, at: .seconds(6)) == nil)
        #expect(log.rejected(4, at: .seconds(64)) == nil)
        #expect(log.rejected(1, at: .seconds(65)) == 7)
        #expect(log.ended() == nil)
    }

    /// What was kept back is reported at the end.
    @Test func restIsReported() {
        var log = RejectionLog()
        #expect(log.ended() == nil)
        #expect(log.rejected(0, at: .zero) == 0)
        #expect(log.rejected(0, at: .seconds(1)) == nil)
        #expect(log.rejected(5, at: .seconds(2)) == nil)
        #expect(log.ended() == 5)
        #expect(log.ended() == nil)
    }
}
