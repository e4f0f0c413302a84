import HTTPServer
import Predictions
import Serving

/// How the state of a prediction becomes an answer.
struct AnswerForm {
    /// The status while it goes on.
    var statusOfRunning = 202
    /// The status of its result.
    var statusOfResult = 200
    /// Members of the JSON besides the prediction's own: `"a":1,"b":2`.
    var members: [UInt8] = []
    /// Whether the file that it puts out may be sent in the place of JSON.
    var raw: RawPreference?
    /// Whether a result is the output without the prediction around it, and a failure is an error.
    var isOutputAlone = false

    /// A prediction that goes on.
    func running(_ body: SegmentedText) -> Response { answer(body, statusOfRunning) }

    /// A prediction that has ended.
    func result(_ end: RunEnd) -> Response {
        guard isOutputAlone else { return answer(end.body, statusOfResult) }
        return end.status == .succeeded ? .json(end.output) : Answers.failure(end)
    }

    /// A prediction whose result is kept.
    func kept(_ body: [UInt8]) -> Response {
        guard !members.isEmpty else { return .json(body, status: statusOfResult) }
        return .json(Array("{".utf8) + members + Array(",".utf8) + body.dropFirst(), status: statusOfResult)
    }

    private func answer(_ body: SegmentedText, _ status: Int) -> Response {
        .json(members.isEmpty ? body : body.adding(members), status: status)
    }
}
