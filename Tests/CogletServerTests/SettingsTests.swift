import FileTransfer
import HTTPClient
import HTTPServer
import Serving
import Testing
import WebhookDelivery
import WorkerProtocol
import Workers

@testable import CogletServer

/// What the environment and the command line say.
@Suite struct ReadingSettings {
    private let command = ["coglet", "--reference", "predict.py:Runner", "--python", "/p", "--libpython", "/l"]

    private func settings(_ environment: [String: String] = [:], _ more: [String] = []) throws -> Settings {
        try Settings(arguments: command + more, environment: { environment[$0] })
    }

    @Test func defaults() throws {
        let settings = try settings()
        #expect(settings.warnings == [])
        #expect(settings.pool.workers == 1)
        #expect(settings.pool.setupTimeout == nil)
        #expect(settings.service.limits.queueLimit == 0)
        #expect(settings.service.limits.queueTimeout == nil)
        #expect(settings.service.limits.predictionTimeout == nil)
        #expect(settings.service.limits.cancelGrace == .seconds(30))
        #expect(settings.answers.busyStatus == 409)
        #expect(settings.http.connectionLimit == 10_000)
        #expect(settings.http.idleTimeout == .seconds(75))
    }

    @Test(arguments: [
        ("COG_QUEUE_LIMIT", "-1"), ("COG_QUEUE_LIMIT", "many"), ("COG_WORKERS", "0"), ("COG_WORKERS", "1.5"),
        ("COG_BUSY_STATUS", "500"), ("COG_PREDICTION_TIMEOUT", "0"), ("COG_QUEUE_TIMEOUT", "soon"),
        ("COG_SETUP_TIMEOUT", "1.5"), ("COG_CANCEL_GRACE", "inf"), ("COG_WORKER_MAX_PREDICTIONS", "0"),
        ("COG_DOWNLOAD_LIMIT_BYTES", "0"), ("COG_MAX_CONNECTIONS", ""), ("COG_WORKER_START", "clone"),
        ("COG_STANDBY", "2"),
    ])
    func unusableValueIsNamedAndIgnored(name: String, value: String) throws {
        let settings = try settings([name: value])
        #expect(settings.warnings.count == 1)
        #expect(settings.warnings.first?.contains(name) == true)
    }

    @Test func limits() throws {
        let settings = try settings([
            "COG_QUEUE_LIMIT": "7", "COG_QUEUE_TIMEOUT": "1.5", "COG_PREDICTION_TIMEOUT": "60",
            "COG_BUSY_STATUS": "429", "COG_WORKERS": "3", "COG_WORKER_MAX_PREDICTIONS": "100",
            "COG_WORKER_MAX_RSS_BYTES": "1000", "COG_HEADER_TIMEOUT": "0",
        ])
        #expect(settings.service.limits.queueLimit == 7)
        #expect(settings.service.limits.queueTimeout == .milliseconds(1500))
        #expect(settings.service.limits.predictionTimeout == .seconds(60))
        #expect(settings.answers.busyStatus == 429)
        #expect(settings.pool.workers == 3)
        #expect(settings.pool.recycling.predictions == 100)
        #expect(settings.pool.recycling.residentBytes == 1000)
        #expect(settings.http.headTimeout == nil)
    }

    @Test(arguments: WorkerStart.allCases)
    func waysToStartWorkers(start: WorkerStart) throws {
        let settings = try settings(["COG_WORKER_START": start.rawValue, "COG_STANDBY": "1"])
        #expect(settings.pool.start == start)
        #expect(settings.pool.keepsStandby)
        #expect(settings.pool.processes == (start == .spawn ? 2 : 3))
    }

    @Test(arguments: [("1", "0,1", true), ("2", "", true), ("2", "0,1", false)])
    func standbyNeedsGPUsInCommon(workers: String, devices: String, isKept: Bool) throws {
        let settings = try settings(["COG_STANDBY": "1", "COG_WORKERS": workers, "CUDA_VISIBLE_DEVICES": devices])
        #expect(settings.pool.keepsStandby == isKept)
        #expect(settings.warnings.isEmpty == isKept)
    }

    @Test(arguments: [(0, 1), (1, 1), (4, 4)])
    func automaticWorkers(devices: Int, workers: Int) {
        var reader = SettingsReader { $0 == "COG_WORKERS" ? "auto" : nil }
        #expect(reader.workers(Variables.running.workers, devices: devices) == workers)
    }

    @Test func commandLine() throws {
        let settings = try settings(
            [:],
            [
                "--host", "::1", "--port", "0", "--mode", "train", "--await-explicit-shutdown", "--upload-url",
                "http://u",
            ])
        #expect(settings.address.host == "::1")
        #expect(settings.address.port == 0)
        #expect(settings.pool.mode == .train)
        #expect(settings.shutdown.awaitsRequest)
        #expect(try settings.service.uploadURL == HTTPURL("http://u"))
    }

    @Test(arguments: [["--port", "70000"], ["--mode", "x"], ["--what", "x"], ["--host"]])
    func badCommandLine(more: [String]) {
        #expect(throws: SettingsError.self) { try settings([:], more) }
    }

    /// Invalid values restrict access: whoever set the variable wanted something other than the default.
    @Test(
        arguments: [
            (nil, true), ("", true), ("1", true), ("TRUE", true), ("0", false), ("no", false), ("2", false),
            (" 1", false),
        ] as [(String?, Bool)])
    func privateAddresses(value: String?, areAllowed: Bool) throws {
        let settings = try settings(value.map { ["COG_ALLOW_PRIVATE_ADDRESSES": $0] } ?? [:])
        #expect(settings.service.files.allowsPrivateAddresses == areAllowed)
        #expect(settings.service.webhooks.allowsPrivateAddresses == areAllowed)
        #expect(settings.warnings.isEmpty == (value != "2" && value != " 1"))
    }

    /// What is wrong with an upload URL is said without the URL.
    @Test func uploadURL() throws {
        #expect(try settings([:], ["--upload-url", " http://h/ä "]).service.uploadURL == HTTPURL("http://h/%C3%A4"))
        let error = #expect(throws: SettingsError.self) {
            try settings([:], ["--upload-url", "ftp://u:secret@h"])
        }
        let text = try #require(error).description
        #expect(text.hasPrefix("--upload-url: the URL can't be used: its scheme is neither http nor https."))
        #expect(!text.contains("secret"))
    }

    @Test func modelIsRequired() {
        #expect(throws: SettingsError.self) { try Settings(arguments: ["coglet"], environment: { _ in nil }) }
    }
}
