import Testing

@testable import Predictions

private func report(_ health: Health, _ setup: SetupRecord, problem: String? = nil) -> String {
    let versions = [("coglet", "1.2.3"), ("python", "3.13.0")]
    return String(
        decoding: HealthReport(health: health, setup: setup, versions: versions, problem: problem).body.joined,
        as: UTF8.self)
}

/// The body of the health check; its fields have a fixed order.
@Suite struct HealthBodies {
    private let moment = Timestamp(nanoseconds: 1_700_000_000_000_000_001)
    private let version = #""version":{"coglet":"1.2.3","python":"3.13.0"}"#
    private let started = #""started_at":"2023-11-14T22:13:20.000000001+00:00""#
    private let completed = #""completed_at":"2023-11-14T22:13:20.000000001+00:00""#

    @Test func starting() {
        var setup = SetupRecord(at: moment)
        setup.log(Array("not shown before the end".utf8))
        #expect(
            report(.starting, setup) == #"{"status":"STARTING","setup":{\#(started),"status":"starting"},\#(version)}"#)
    }

    @Test func ready() {
        var setup = SetupRecord(at: moment)
        setup.log(Array("one".utf8))
        setup.log(Array("two\n".utf8))
        setup.finish(.succeeded, at: moment)
        #expect(
            report(.ready, setup)
                == #"{"status":"READY","setup":{\#(started),\#(completed),"status":"succeeded","logs":"one\ntwo\n"},\#(version)}"#
        )
    }

    @Test func withoutLogsTheKeyIsMissing() {
        var setup = SetupRecord(at: moment)
        setup.finish(.failed, at: moment)
        #expect(
            report(.setupFailed, setup)
                == #"{"status":"SETUP_FAILED","setup":{\#(started),\#(completed),"status":"failed"},\#(version)}"#)
    }

    @Test func unhealthy() {
        let body = report(.unhealthy, SetupRecord(at: moment), problem: "Healthcheck failed: \"x\"")
        #expect(body.hasSuffix(#"},\#(version),"user_healthcheck_error":"Healthcheck failed: \"x\""}"#))
    }

    @Test func setupLogsAreLimited() {
        var setup = SetupRecord(at: moment)
        let line = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20)
        for _ in 0..<20 { setup.log(line) }
        #expect(setup.logs.count < SetupRecord.logLimitBytes + 200)
        #expect(String(decoding: setup.logs.joined.suffix(60), as: UTF8.self).hasSuffix(#"16 MiB is reached\n"#))
    }
}

/// Moments as text.
@Suite struct Timestamps {
    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000000000+00:00"),
        (951_782_400_000_000_000, "2000-02-29T00:00:00.000000000+00:00"),
        (951_868_799_999_999_999, "2000-02-29T23:59:59.999999999+00:00"),
        (951_868_800_000_000_000, "2000-03-01T00:00:00.000000000+00:00"),
        (1_709_164_800_000_000_000, "2024-02-29T00:00:00.000000000+00:00"),
        (4_107_542_399_000_000_000, "2100-02-28T23:59:59.000000000+00:00"),
        (4_107_542_400_000_000_000, "2100-03-01T00:00:00.000000000+00:00"),
    ])
    func nanoseconds(moment: Int, text: String) {
        var output: [UInt8] = []
        Timestamp(nanoseconds: moment).append(to: &output, digits: 9)
        #expect(String(decoding: output, as: UTF8.self) == text)
    }

    @Test func fewerDigitsAreCutNotRounded() {
        var output: [UInt8] = []
        Timestamp(nanoseconds: 999_999_999).append(to: &output, digits: 6)
        #expect(String(decoding: output, as: UTF8.self) == "1970-01-01T00:00:00.999999+00:00")
    }
}
