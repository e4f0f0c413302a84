import Predictions
import Testing
import WorkerProtocol

@testable import Workers

@Suite struct FrameCheckTests {
    /// A worker as the check sees it.
    private struct Scene {
        var check = FrameCheck()
        var inFlight = InFlight()

        /// The worker gets a prediction.
        mutating func give() -> UInt32? {
            inFlight.sent(RunID(index: Int(inFlight.lastToken)))
        }

        /// Whether a frame is heard.
        mutating func hears(
            _ kind: FrameKind, _ content: String = "", detail: UInt8 = 0, token: UInt32 = 0,
            on channel: FrameCheck.Channel = .work
        ) throws(WorkerFault) -> Bool {
            let bytes = Array(content.utf8)
            let header = FrameHeader(kind, detail: detail, token: token, contentBytes: bytes.count)
            let result = bytes.withUnsafeBytes { content in
                Result { () throws(WorkerFault) in try check.hears(header, content, on: channel, inFlight) }
            }
            return try result.get()
        }
    }

    /// A worker that is ready and was given the predictions 1 and 2.
    private func ready() throws -> Scene {
        var scene = Scene()
        #expect(try scene.hears(.ready, "{}"))
        #expect(scene.give() == 1)
        #expect(scene.give() == 2)
        return scene
    }

    /// A process that was started to become a template says so once, and then only which workers it has forked.
    @Test func templateForksAndDoesNothingElse() throws {
        var scene = Scene(check: FrameCheck(mayBecomeTemplate: true))
        #expect(try scene.hears(.log, "x", detail: 1))
        #expect(throws: WorkerFault.outOfOrder(.forked)) { try scene.hears(.forked, "7", token: 1) }
        #expect(try scene.hears(.template))
        #expect(try scene.hears(.forked, "7", token: 1))
        #expect(throws: WorkerFault.outOfOrder(.template)) { try scene.hears(.template) }
        #expect(throws: WorkerFault.outOfOrder(.ready)) { try scene.hears(.ready, "{}") }
        #expect(throws: WorkerFault.outOfOrder(.setupFailed)) { try scene.hears(.setupFailed) }
    }

    /// A worker that can't become a template continues as an ordinary worker.
    @Test func refusedTemplateIsAWorker() throws {
        var scene = Scene(check: FrameCheck(mayBecomeTemplate: true))
        #expect(try scene.hears(.templateRefused, "a thread runs"))
        #expect(throws: WorkerFault.outOfOrder(.template)) { try scene.hears(.template) }
        #expect(try scene.hears(.ready, "{}"))
        #expect(throws: WorkerFault.outOfOrder(.templateRefused)) { try scene.hears(.templateRefused) }
    }

    /// A worker that wasn't meant to be a template can't become one.
    @Test(arguments: [FrameKind.template, .templateRefused, .forked])
    func plainWorkerIsNoTemplate(kind: FrameKind) {
        var scene = Scene()
        #expect(throws: WorkerFault.outOfOrder(kind)) { try scene.hears(kind) }
        #expect(throws: WorkerFault.misplaced(kind)) { try scene.hears(kind, on: .control) }
    }

    /// A worker may ask at any time whether the server has followed, over the channel that the text takes.
    @Test func barriersAreHeard() throws {
        var scene = Scene()
        #expect(try scene.hears(.barrier, token: 1))
        #expect(try scene.hears(.setupFailed))
        #expect(try scene.hears(.barrier, token: 2))
        #expect(throws: WorkerFault.misplaced(.barrier)) { try scene.hears(.barrier, on: .control) }
        #expect(throws: WorkerFault.misplaced(.barrierReached)) { try scene.hears(.barrierReached) }
    }

    @Test func reasonIsLimited() {
        var scene = Scene(check: FrameCheck(mayBecomeTemplate: true))
        let reason = String(repeating: "x", count: FrameCheck.reasonLimitBytes + 1)
        #expect(throws: WorkerFault.self) { try scene.hears(.templateRefused, reason) }
    }

    /// Frames of predictions that run are heard.
    @Test func framesOfRunningPredictions() throws {
        var scene = try ready()
        #expect(try scene.hears(.log, "x", detail: 1, token: 1))
        #expect(scene.check.newestHeard == 1)
        #expect(try scene.hears(.output, "[1]", token: 2))
        #expect(scene.check.newestHeard == 2)
        #expect(try scene.hears(.metric, "{}", token: 1))
        #expect(try scene.hears(.outputFile, "a.png", token: 1))
        #expect(try scene.hears(.finished, "[1,2]", detail: 12, token: 1))
        #expect(try scene.hears(.finished, "no JSON", detail: 1, token: 2))
        #expect(scene.check.newestHeard == 2)
    }

    /// After its end, nothing about a prediction is accepted except what it prints, which belongs to no prediction.
    @Test func framesAfterTheEndAreIgnored() throws {
        var scene = try ready()
        scene.inFlight.ended(1)
        #expect(try !scene.hears(.output, "1", token: 1))
        #expect(try !scene.hears(.finished, token: 1))
        #expect(try scene.hears(.log, "late", detail: 2, token: 1))
    }

    /// Predictions that the worker doesn't have can't be spoken for.
    @Test(arguments: [FrameKind.log, .output, .outputFile, .metric, .finished])
    func framesOfLaterPredictions(kind: FrameKind) throws {
        var scene = try ready()
        for token: UInt32 in [3, .max] {
            #expect(throws: WorkerFault.notGiven(kind, token: token)) {
                try scene.hears(kind, "1", detail: 1, token: token)
            }
        }
    }

    /// Setup ends once, and predictions come after it.
    @Test func orderOfTheSetup() throws {
        var scene = Scene()
        #expect(scene.give() == 1)
        #expect(throws: WorkerFault.outOfOrder(.output)) { try scene.hears(.output, "1", token: 1) }
        #expect(try scene.hears(.log, "x", detail: 1))
        #expect(try scene.hears(.setupFailed, "no"))
        #expect(throws: WorkerFault.outOfOrder(.ready)) { try scene.hears(.ready) }
        #expect(throws: WorkerFault.outOfOrder(.finished)) { try scene.hears(.finished, token: 1) }
    }

    /// Each channel has its own kinds, and the server's own are on neither.
    @Test(arguments: [FrameKind.predict, .cancel, .healthCheck, .health, .ready, .log, .output, .finished])
    func kindsOfTheChannels(kind: FrameKind) throws {
        var scene = try ready()
        if kind != .health {
            #expect(throws: WorkerFault.misplaced(kind)) { try scene.hears(kind, "1", token: 1, on: .control) }
        }
        if [.predict, .cancel, .healthCheck, .health].contains(kind) {
            #expect(throws: WorkerFault.misplaced(kind)) { try scene.hears(kind, "1", token: 1) }
        }
    }

    /// What is passed on unread must be what it claims to be.
    @Test func content() throws {
        var scene = try ready()
        #expect(throws: WorkerFault.content(.output, "it is not JSON")) { try scene.hears(.output, "1]", token: 1) }
        #expect(throws: WorkerFault.content(.metric, "it is not JSON")) { try scene.hears(.metric, "", token: 1) }
        #expect(throws: WorkerFault.content(.finished, "it is not JSON")) {
            try scene.hears(.finished, "", detail: 4, token: 1)
        }
        #expect(throws: WorkerFault.content(.finished, "it is not a list")) {
            try scene.hears(.finished, "17", detail: 12, token: 1)
        }
        #expect(throws: WorkerFault.unknownDetail(.finished, 16)) { try scene.hears(.finished, detail: 16, token: 1) }
        #expect(throws: WorkerFault.unknownDetail(.log, 0)) { try scene.hears(.log, "x", token: 1) }
        let name = String(repeating: "x", count: FrameCheck.nameLimitBytes)
        #expect(try scene.hears(.outputFile, name, token: 1))
        #expect(throws: WorkerFault.content(.outputFile, "the name is too long")) {
            try scene.hears(.outputFile, name + "x", token: 1)
        }
    }
}
