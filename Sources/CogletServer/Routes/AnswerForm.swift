import HTTPServer
import Predictions
import Serving

/// How the state of a prediction becomes a response.
struct AnswerForm {
    /// The status while the prediction is running.
    var statusOfRunning = 202
    /// The status of the result.
    var statusOfResult = 200
    /// JSON members in addition to the prediction's own: `"a":1,"b":2`.
    var members: [UInt8] = []
    /// Whether the output file may be sent instead of JSON.
    var raw: RawPreference?
    /// Whether a result is just the output, without the prediction around it, and a failure is an error.
    var isOutputAlone = false

    /// The response for a running prediction.
    func running(_ body: SegmentedText) -> Response { answer(body, statusOfRunning) }

    /// The response for a prediction that has ended.
    func result(_ end: RunEnd) -> Response {
        guard isOutputAlone else { return answer(end.body, statusOfResult) }
        return end.status == .succeeded ? .json(end.output) : Answers.failure(end)
    }

    /// The response for a prediction whose result is kept.
    func kept(_ body: [UInt8]) -> Response {
        guard !members.isEmpty else { return .json(body, status: statusOfResult) }
        return .json(Array("{".utf8) + members + Array(",".utf8) + body.dropFirst(), status: statusOfResult)
    }

    private func answer(_ body: SegmentedText, _ status: Int) -> Response {
        .json(members.isEmpty ? body : body.adding(members), status: status)
    }
}
