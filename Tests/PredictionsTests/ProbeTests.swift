import JSON
import Predictions
import Testing

/// What probes are answered.
@Suite struct Probes {
    @Test(arguments: [
        (Health.starting, false, [200, 503, 503]), (.ready, false, [200, 200, 200]), (.busy, false, [200, 200, 200]),
        (.unhealthy, false, [200, 200, 503]), (.setupFailed, false, [503, 503, 503]),
        (.defunct, false, [503, 503, 503]),
        (.ready, true, [200, 200, 503]), (.starting, true, [200, 200, 503]),
    ])
    func statuses(health: Health, isDraining: Bool, statuses: [Int]) throws {
        #expect(Probe.allCases == [.live, .startup, .ready])
        for (probe, status) in zip(Probe.allCases, statuses) {
            let answer = probe.answer(health, problem: "sick", isDraining: isDraining)
            #expect(answer.status == status)
            let body = try JSONDocument.parsing(String(decoding: answer.body, as: UTF8.self)).root
            #expect(body["status"]?.string == (status == 200 ? "ok" : "failed"))
            #expect(body["health"]?.string == (isDraining ? "DRAINING" : health.rawValue))
            #expect((body["error"]?.string?.isEmpty == false) == (status == 503))
        }
    }

    @Test func problemOfTheModelIsToldWhenItCounts() {
        let told = Probe.ready.answer(.unhealthy, problem: "\"sick\"", isDraining: false)
        #expect(
            String(decoding: told.body, as: UTF8.self)
                == #"{"error":"\"sick\"","status":"failed","health":"UNHEALTHY"}"#)
    }
}
