import Predictions
import Serving
import WorkerProtocol
import Workers

/// Writes the service's reports to the ``Log``, and whether a worker is ready to the ``ReadinessFile``.
final class ServiceLogger: ServiceLog {
    private let log: Log
    private let readiness: ReadinessFile?

    init(_ log: Log, _ readiness: ReadinessFile?) {
        self.log = log
        self.readiness = readiness
    }

    var showsPredictions: Bool { log.level <= .info }

    func predictionBegan(_ id: String) {
        log.info("coglet::prediction", "Starting prediction", ["prediction_id": .string(id)])
    }

    func predictionCanceled(_ id: String) {
        log.info("coglet::prediction", "Cancelling prediction", ["prediction_id": .string(id)])
    }

    func predictionTimedOut(_ id: String) {
        log.warning("coglet::prediction", "The prediction has reached its time limit", ["prediction_id": .string(id)])
    }

    func batchFailed(_ count: Int, error: String, traceback: String) {
        log.warning(
            "coglet::prediction", "A call for \(count) predictions has failed; each half of them runs again",
            ["error": .string(error), "traceback": .string(traceback)])
    }

    func predictionEnded(_ prediction: Prediction) {
        guard showsPredictions else { return }
        let id = Log.Value.string(prediction.id)
        switch prediction.status {
        case .canceled: log.info("coglet::prediction", "Prediction cancelled", ["prediction_id": id])
        case .failed:
            log.info(
                "coglet::prediction", "Prediction failed",
                ["prediction_id": id, "error": .string(prediction.error ?? "")])
        default: log.info("coglet::prediction", "Prediction worker completed", ["prediction_id": id])
        }
    }

    func predictionPrinted(_ text: UnsafeRawBufferPointer, _ id: String, _ source: LogSource) {
        if log.passesModelOutput {
            // With a level above `info`, the operator finds this output in the predictions' logs.
            if showsPredictions { log.raw(text) }
            return
        }
        for line in lines(text) {
            log.info("coglet::prediction", line, ["prediction_id": .string(id), "source": .string(source.name)])
        }
    }

    func modelPrinted(_ text: UnsafeRawBufferPointer) {
        if log.passesModelOutput { return log.raw(text) }
        for line in lines(text) { log.always("coglet::user", line) }
    }

    /// What the model has printed, as log entries; in plain text, an entry is one line.
    private func lines(_ text: UnsafeRawBufferPointer) -> [String] {
        let text = String(decoding: text, as: UTF8.self).trimmed
        return log.isConsole && text.utf8.contains(UInt8(ascii: "\n")) ? PrintableText.lines(of: text) : [text]
    }

    func noted(_ notice: Notice) {
        let facts = notice.facts.map { (key: $0.name, value: Log.Value.string($0.value)) }
        switch notice.level {
        case .info: log.line(.info, notice.target, notice.text, facts)
        case .warning: log.line(.warning, notice.target, notice.text, facts)
        case .error: log.line(.error, notice.target, notice.text, facts)
        case .output where log.passesModelOutput:
            var text = notice.text
            text.withUTF8 { log.raw(UnsafeRawBufferPointer($0)) }
        case .output:
            for line in notice.text.split(separator: "\n") {
                log.line(.info, notice.target, String(line), facts, inAnyCase: true)
            }
        }
    }

    func workersChanged(isReady: Bool) {
        readiness?.set(isReady)
    }

    func webhookFailed(_ text: String) {
        log.warning("coglet::webhook", text)
    }

    func failed(_ text: String) {
        log.warning("coglet", text)
    }
}

extension String {
    /// The text without whitespace at both ends.
    var trimmed: String {
        let isSpace: (Character) -> Bool = { $0.isWhitespace }
        guard let first = firstIndex(where: { !isSpace($0) }), let last = lastIndex(where: { !isSpace($0) }) else {
            return ""
        }
        return String(self[first...last])
    }
}
