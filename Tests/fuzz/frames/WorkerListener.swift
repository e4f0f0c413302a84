import EventLoop
import Glibc
import JSON
import Predictions
import WorkerProtocol

@testable import Workers

/// Hears a worker out, as the pool and the service do.
final class WorkerListener: WorkerDelegate {
    /// Digests of what was heard, in its order.
    private(set) var heard: [Int] = []
    private(set) var fault: WorkerFault?
    private(set) var hasEnded = false
    /// Whether all that the worker did was to write to the work channel, so that there is only one order.
    var isOneStream = true

    private var running: Set<RunID> = []
    private var given: Set<RunID> = []
    private var metrics = MetricTree()

    func give(_ count: Int, batched: Int, to worker: Worker) {
        let nothing = UnsafeRawBufferPointer(start: nil, count: 0)
        for index in 0..<count {
            let run = RunID(index: index)
            given.insert(run)
            precondition(worker.send(PredictionParts(meta: nothing, text: [nothing]), for: run))
        }
        running = given
        worker.beginBatch(min(batched, count))
    }

    func worker(_ worker: Worker, sent frame: Frame) {
        precondition(fault == nil && !hasEnded, "a worker at fault was heard")
        note(frame.header.kind.rawValue, frame.content)
        guard frame.header.kind == .ready else { return }
        do throws(ModelFactsError) {
            let facts = try ModelFacts(reading: frame.content)
            if let document = facts.document { precondition(isJSON(document), "the document is not JSON") }
            for schema in [facts.predictionSchema, facts.trainingSchema] { check(schema, facts.filePatterns) }
        } catch {
            note("\(error)")
        }
    }

    func worker(_ worker: Worker, said event: WorkerEvent) {
        precondition(fault == nil && !hasEnded, "a worker at fault was heard")
        switch event {
        case .output(let run, let chunk):
            expect(run)
            chunk.withUnsafeBytes { hear(1, $0) }
        case .outputFile(let run, let name, let descriptor):
            expect(run)
            if let raw = descriptor?.take() { close(raw) }
            note(name)
        case .metric(let run, let mode, let name, let value):
            expect(run)
            metrics.apply(mode: mode, name: name, value: value)
            var text: [UInt8] = []
            metrics.write(to: &text, predictTime: .seconds(1))
            text.withUnsafeBytes { hear(2, $0) }
        case .timed(let run, let report):
            expect(run)
            note("\(report)")
        case .finished(let run, let finish):
            expect(run)
            running.remove(run)
            switch finish {
            case .succeeded(let whole, let isList): whole?.withUnsafeBytes { hear(isList ? 3 : 4, $0) }
            case .failed(let error): note(error)
            case .canceled: note("canceled")
            }
        case .batchFailed(let runs, let error, let traceback):
            for run in runs {
                expect(run)
                running.remove(run)
            }
            note(error + traceback)
        case .ready, .due, .ending, .printed, .ended: fatalError("the pool alone says this")
        }
    }

    func worker(_ worker: Worker, wrote text: UnsafeRawBufferPointer, of run: RunID?, to source: LogSource) {
        precondition(String(validating: text, as: UTF8.self) != nil, "text is not UTF-8")
        note(source.rawValue, text)
    }

    func worker(_ worker: Worker, complained text: String) { note(text) }

    func workerLost(_ worker: Worker, _ reason: String) {}

    func workerMisbehaved(_ worker: Worker, _ fault: WorkerFault) {
        precondition(self.fault == nil && !"\(fault)".isEmpty, "a fault was reported twice")
        self.fault = fault
    }

    func workerEnded(_ worker: Worker, _ evidence: DeathCertificate.Evidence, begun: Set<RunID>) {
        precondition(!hasEnded && begun.isSubset(of: given), "the end makes no sense")
        hasEnded = true
    }

    // MARK: - What was heard

    private func expect(_ run: RunID) {
        precondition(running.contains(run), "something was said of a prediction that doesn't run")
    }

    /// Records JSON text that goes into responses unchanged.
    private func hear(_ tag: UInt8, _ text: UnsafeRawBufferPointer) {
        precondition(isJSONText(text), "it is not JSON")
        note(tag, text)
    }

    private func note(_ tag: UInt8, _ bytes: UnsafeRawBufferPointer) {
        var hasher = Hasher()
        hasher.combine(tag)
        hasher.combine(bytes: bytes)
        heard.append(hasher.finalize())
    }

    private func note(_ text: String) {
        heard.append(text.hashValue)
    }

    private func isJSON(_ text: [UInt8]) -> Bool {
        text.withUnsafeBytes { isJSONText($0) }
    }

    /// Checks an input as a request's is.
    private func check(_ schema: InputSchema?, _ patterns: FilePatterns) {
        let text = #"{"a":"aaa","b":[1,2.5,"data:,x"],"c":{"a":null},"d":true,"e":-1}"#
        do throws(JSONError) {
            let input = try JSONDocument.parsing(text).root
            if let problems = schema?.check(input) { precondition(isJSON(problems), "the answer is not JSON") }
            _ = schema?.check(nil)
            note("\(patterns.find(in: input).files.map(\.pointer))")
        } catch {
            fatalError("\(error)")
        }
    }
}
