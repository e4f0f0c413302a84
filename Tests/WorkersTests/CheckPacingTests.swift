import Testing

@testable import Workers

/// How often the model is asked for its health.
@Suite struct CheckPacingTests {
    @Test func oneCheckServesASecond() {
        var pacing = CheckPacing()
        #expect(pacing.current(at: .seconds(5)) == nil)
        pacing.began(at: .seconds(5))
        // The check is running, so others wait for it.
        #expect(pacing.current(at: .seconds(5)) == nil)
        pacing.ended("sick")
        #expect(pacing.current(at: .milliseconds(5_999)) == CheckPacing.Result(problem: "sick"))
        #expect(pacing.current(at: .seconds(6)) == nil)
        pacing.began(at: .seconds(6))
        #expect(pacing.current(at: .seconds(6)) == nil)
        pacing.ended(nil)
        #expect(pacing.current(at: .seconds(6)) == CheckPacing.Result(problem: nil))
    }
}
