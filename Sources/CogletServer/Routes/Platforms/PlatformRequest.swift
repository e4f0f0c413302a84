import EventLoop
import HTTPServer
import JSON
import Platforms
import Predictions

/// A request in a platform's form, which may contain any number of predictions.
protocol PlatformRequest: Sendable {
    associatedtype Inputs: RandomAccessCollection<InputText>
    /// The inputs of the predictions, assembled one by one, so that they needn't all be in memory.
    var inputs: Inputs { get }

    /// The position of a prediction in the request, for messages; nil if it is obvious.
    func place(_ index: Int) -> String?

    /// Makes the response from the outputs, now or later.
    func answer(_ outputs: [SegmentedText], on loop: EventLoop, then: @escaping (Response) -> Void)
}

extension InstancesRequest: PlatformRequest {
    func place(_ index: Int) -> String? { Self.place(of: index) }

    /// `{"predictions": […]}`, with the outputs unchanged.
    func answer(_ outputs: [SegmentedText], on loop: EventLoop, then: @escaping (Response) -> Void) {
        var segments: [BodySegment] = [.fixed(#"{"predictions":["#)]
        for (index, output) in outputs.enumerated() {
            if index > 0 { segments.append(.fixed(",")) }
            switch ResponseBody(output) {
            case .empty: break
            case .segment(let segment): segments.append(segment)
            case .segments(let several): segments += several
            }
        }
        segments.append(.fixed("]}"))
        then(.json(segments: segments))
    }
}

/// A request of the Open Inference Protocol for a model with this name.
struct NamedInferenceRequest: PlatformRequest {
    /// Larger outputs are converted to tensors on the thread pool.
    private static let longBytes = 256 << 10
    /// The length of the JSON in a binary response; also used in requests.
    static let lengthField: StaticString = "inference-header-content-length"

    let request: InferenceRequest
    let model: String

    var inputs: LazyMapSequence<Range<Int>, InputText> { request.inputs }

    func place(_ index: Int) -> String? { request.place(of: index) }

    func answer(_ outputs: [SegmentedText], on loop: EventLoop, then: @escaping (Response) -> Void) {
        let texts = outputs.map { Buffer($0.joined) }
        guard outputs.reduce(0, { $0 + $1.count }) > Self.longBytes else {
            return then(Self.response(answer(texts)))
        }
        loop.submit {
            answer(texts)
        } then: {
            then(Self.response($0))
        }
    }

    private func answer(_ texts: [Buffer]) -> InferenceAnswer {
        // The outputs were checked when the workers sent them.
        let outputs = texts.map { JSONDocument(checked: $0.bytes, owner: $0).root }
        return InferenceAnswer(outputs, to: request, model: model)
    }

    private static func response(_ answer: InferenceAnswer) -> Response {
        guard let binary = answer.binary else { return .json(answer.json) }
        return Response(
            status: 200, contentType: "application/octet-stream",
            fields: [Response.Field(lengthField, "\(answer.json.count)")],
            body: .segments([.bytes(answer.json), .bytes(binary)]))
    }
}
