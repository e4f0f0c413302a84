import Foundation
import Testing
import WorkerProtocol

/// The worker's Python side has the same constants as the server.
@Suite struct PythonContract {
    /// `NAME = value` lines of a module of the SDK.
    private func constants(_ module: String, in folder: String = "python/cog/_worker") throws -> [String: String] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "\(folder)/\(module).py"), encoding: .utf8)
        var constants: [String: String] = [:]
        for line in text.split(separator: "\n") {
            guard let match = line.wholeMatch(of: /([A-Z_]+) = (.+)/) else { continue }
            constants[String(match.1)] = String(match.2)
        }
        return constants
    }

    @Test func frames() throws {
        var found = try constants("frames")
        let ours: [(String, UInt8)] = [
            ("CANCEL", FrameKind.cancel.rawValue), ("HEALTH_CHECK", FrameKind.healthCheck.rawValue),
            ("READY", FrameKind.ready.rawValue), ("SETUP_FAILED", FrameKind.setupFailed.rawValue),
            ("LOG", FrameKind.log.rawValue), ("OUTPUT", FrameKind.output.rawValue),
            ("OUTPUT_FILE", FrameKind.outputFile.rawValue), ("METRIC", FrameKind.metric.rawValue),
            ("FINISHED", FrameKind.finished.rawValue), ("FAILED", FinishDetail.failed.rawValue),
            ("CANCELED", FinishDetail.canceled.rawValue), ("INLINE", FinishDetail.inline.rawValue),
            ("LIST", FinishDetail.list.rawValue), ("BATCH_FAILED", FrameKind.batchFailed.rawValue),
            ("TEMPLATE", FrameKind.template.rawValue), ("TEMPLATE_REFUSED", FrameKind.templateRefused.rawValue),
            ("TIMES", FrameKind.times.rawValue),
        ]
        for (name, value) in ours { #expect(found.removeValue(forKey: name) == "\(value)", "\(name)") }
        // What remains is between Python and `_coglet` only.
        #expect(Set(found.keys) == ["SOON", "NOW", "HELD", "LATER", "NO_TOKEN", "NO_DESCRIPTOR"])
    }

    @Test func keys() throws {
        var found = try constants("keys")
        let ours = [
            ("REFERENCE", SettingKey.reference), ("MODE", SettingKey.mode), ("CONTEXT", MetaKey.context.description),
            ("FILES", MetaKey.files.description), ("EVENTS", MetaKey.events.description),
            ("TRACE", MetaKey.trace.description), ("CONCURRENCY", ReadyKey.concurrency),
            ("HEALTHCHECK", ReadyKey.healthCheck), ("SCHEMA", ReadyKey.schema), ("CHECKS", ReadyKey.checks),
            ("BATCH", ReadyKey.batch), ("MAX_SIZE", BatchKey.maxSize), ("MAX_WAIT", BatchKey.maxWait),
            ("TOKENS", BatchFailureKey.tokens), ("ERROR", BatchFailureKey.error),
            ("TRACEBACK", BatchFailureKey.traceback), ("UNCAUGHT_EXCEPTION", LastWordsText.exception),
            ("CHANNEL_CLOSED", LastWordsText.channelClosed),
            ("START", SettingKey.start), ("TRACING", SettingKey.tracing), ("SETUP_TRACE", SettingKey.setupTrace),
            ("EXPORTS", TracingKey.exports), ("CUSTOM", TracingKey.isCustom), ("ENDPOINT", TracingKey.endpoint),
            ("SAMPLER", TracingKey.sampler), ("RATIO", TracingKey.ratio), ("TIMEOUT", TracingKey.timeout),
            ("RESOURCE", TracingKey.resource), ("NOTICE", TracingKey.notice),
            ("SETUP_TRACE_VARIABLE", WorkerVariable.setupTrace), ("TIMES", MetaKey.times.description),
            ("CALL", TimesKey.call), ("CONVERSION", TimesKey.conversion), ("MESSAGE", TimesKey.message),
            ("SPAWN", WorkerStart.spawn.rawValue),
            ("FORK", WorkerStart.fork.rawValue), ("FORK_AFTER_IMPORT", WorkerStart.forkAfterImport.rawValue),
        ]
        for (name, value) in ours { #expect(found.removeValue(forKey: name) == "\"\(value)\"", "\(name)") }
        #expect(TimesKey.error == BatchFailureKey.error)
        #expect(TimesKey.traceback == BatchFailureKey.traceback)
        #expect(ReadyKey.files == MetaKey.files.description)
        #expect(found.removeValue(forKey: "CANCEL_ABOVE_SIGRTMIN") == "\(WorkerSignal.cancelAboveRealTimeMinimum)")
        #expect(found.removeValue(forKey: "LAST_WORDS_DESCRIPTOR") == "\(WorkerDescriptors.sharedMemory)")
        #expect(found.removeValue(forKey: "HEALTHCHECK_SECONDS") == "\(WorkerTime.healthCheck / .seconds(1))")
        #expect(found.isEmpty)
    }

    @Test func batchLimit() throws {
        #expect(try constants("batched", in: "python/cog/_model")["MAX_SIZE"] == "\(TokenList.limit)")
    }

    @Test func metricKeys() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "python/cog/_worker/running.py"), encoding: .utf8)
        for key in [MetricKey.mode, MetricKey.name, MetricKey.value] { #expect(text.contains("\"\(key)\":")) }
    }
}
