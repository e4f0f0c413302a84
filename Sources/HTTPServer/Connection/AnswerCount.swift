/// What is counted about the answer to one request.
struct AnswerCount {
    var label = 0
    /// The status; 0 before the answer has begun and after it was reported.
    var status = 0
    var requestBytes = 0
    var responseBytes = 0
}

extension Connection {
    /// Reports the answer that has begun, unless it was already reported.
    func reportCount() {
        guard count.status != 0 else { return }
        let report = AnswerReport(
            label: count.label, status: count.status, requestBytes: count.requestBytes,
            responseBytes: count.responseBytes)
        count.status = 0
        count.label = 0
        server.handler.answered(report)
    }

    /// The connection ends: reports its answer, or that there will be none.
    func reportLastCount() {
        reportCount()
        guard count.label != 0 else { return }
        let label = count.label
        count.label = 0
        server.handler.abandoned(label: label)
    }
}
