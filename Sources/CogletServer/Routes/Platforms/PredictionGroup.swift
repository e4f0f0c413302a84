import EventLoop
import HTTPServer
import Predictions
import Serving
import Telemetry
import Workers

/// The predictions of one request, which are answered together.
///
/// They run concurrently as far as there are free slots. The others wait here instead of in the service's queue, which
/// is shared by all clients; when one ends, the next one takes its place. The first failure is the response, and the
/// others are canceled, as they are when the client disconnects.
final class PredictionGroup {
    private let request: any PlatformRequest
    private let service: PredictionService
    private let context: AnswerContext
    private let exchange: Exchange
    /// Predictions that haven't begun, in reverse order.
    private var waiting: [NewPrediction]
    private var running: [Member] = []
    private var outputs: [SegmentedText?]
    private var isOver = false
    private var cleanUp: Timer?

    /// A prediction of the group.
    private final class Member: Follower {
        let index: Int
        let run: RunID
        private let group: PredictionGroup

        init(_ index: Int, _ run: RunID, _ group: PredictionGroup) {
            self.index = index
            self.run = run
            self.group = group
        }

        var kind: FollowerKind { .answer }
        var seesOutput: Bool { false }

        func happened(_ event: RunEvent) {}

        func ended(_ end: RunEnd) { group.ended(self, end) }
    }

    init(
        _ predictions: [NewPrediction], of request: any PlatformRequest, _ service: PredictionService,
        _ context: AnswerContext, on exchange: Exchange
    ) {
        self.request = request
        self.service = service
        self.context = context
        self.exchange = exchange
        waiting = predictions.reversed()
        outputs = Array(repeating: nil, count: predictions.count)
    }

    /// Starts the first prediction, and more for as many slots as are free.
    func begin() {
        guard !waiting.isEmpty else { return answer() }
        // The exchange releases this when it is answered or its client is gone.
        exchange.onClientGone = { [self] in
            isOver = true
            leaveAll()
        }
        service.beginTogether {
            beginNext(keepsPlace: false)
            fillSlots()
        }
    }

    private func fillSlots() {
        while !isOver, !waiting.isEmpty, service.hasFreeSlot { beginNext(keepsPlace: false) }
    }

    private func beginNext(keepsPlace: Bool) {
        guard !isOver, let prediction = waiting.popLast() else { return }
        prediction.keepsPlace = keepsPlace
        let index = outputs.count - waiting.count - 1
        service.begin(prediction) { run in
            let member = Member(index, run, self)
            running.append(member)
            return member
        }
    }

    private func ended(_ member: Member, _ end: RunEnd) {
        running.removeAll { $0 === member }
        guard !isOver else { return }
        guard end.status == .succeeded else { return fail(member.index, end) }
        outputs[member.index] = end.output
        if waiting.isEmpty {
            if running.isEmpty { answer() }
        } else {
            beginNext(keepsPlace: true)
            fillSlots()
        }
    }

    private func answer() {
        isOver = true
        let texts = outputs.compactMap(\.self)
        outputs = []
        request.answer(texts, on: context.loop) { [exchange] in exchange.respond($0) }
    }

    private func fail(_ index: Int, _ end: RunEnd) {
        isOver = true
        letGoOfWaiting()
        outputs = []
        if !running.isEmpty { leaveLater() }
        let response = end.waitedTooLong ? Answers.busy(status: context.busyStatus) : Answers.failure(end)
        exchange.respond(PlatformAnswers.translated(response, at: end.waitedTooLong ? nil : request.place(index)))
    }

    /// While one prediction ends, others must not.
    private func leaveLater() {
        do throws(EventLoopError) {
            cleanUp = try Timer(on: context.loop) { [self] in leaveAll() }
            cleanUp?.start(after: .zero)
        } catch {
            // Without a timer, they run to their end, and nobody gets their results.
        }
    }

    private func letGoOfWaiting() {
        Self.letGo(waiting)
        waiting = []
    }

    /// Ends the spans of predictions that won't begin.
    static func letGo(_ predictions: [NewPrediction]) {
        let now = Clock.wall.nanoseconds
        for prediction in predictions { prediction.trace?.span?.ended("canceled", nil, at: now) }
    }

    private func leaveAll() {
        cleanUp?.close()
        cleanUp = nil
        letGoOfWaiting()
        let left = running
        running = []
        for member in left { service.leave(member.run, member) }
    }
}

@available(*, unavailable)
extension PredictionGroup: Sendable {}
