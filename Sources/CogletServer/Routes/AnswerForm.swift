import HTTPServer
import Predictions

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

    /// A prediction that goes on.
    func running(_ body: SegmentedText) -> Response { answer(body, statusOfRunning) }

    /// A prediction that has ended.
    func result(_ body: SegmentedText) -> Response { answer(body, statusOfResult) }

    /// A prediction whose result is kept.
    func kept(_ body: [UInt8]) -> Response {
        guard !members.isEmpty else { return .json(body, status: statusOfResult) }
        return .json(Array("{".utf8) + members + Array(",".utf8) + body.dropFirst(), status: statusOfResult)
    }

    private func answer(_ body: SegmentedText, _ status: Int) -> Response {
        .json(members.isEmpty ? body : body.adding(members), status: status)
    }
}
