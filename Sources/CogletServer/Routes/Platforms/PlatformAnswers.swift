import EventLoop
import HTTPServer
import JSON
import Platforms

/// The form of a refusal.
enum RefusalForm {
    /// That of Cog's own routes.
    case own
    /// That of a platform's protocol.
    case platform

    /// A response in this form. Responses that are no errors stay as they are.
    func form(_ response: Response) -> Response {
        self == .platform && response.status >= 400 ? PlatformAnswers.translated(response, at: nil) : response
    }
}

/// Error responses in the platforms' form, `{"error": "…"}`.
enum PlatformAnswers {
    /// An error with a text.
    static func error(_ text: String, status: Int, fields: [Response.Field] = []) -> Response {
        var body = Array(#"{"error":"#.utf8)
        appendJSONString(text, to: &body)
        body.append(UInt8(ascii: "}"))
        var response = Response.json(body, status: status)
        response.fields = fields
        return response
    }

    /// The response to an invalid request.
    static func error(_ error: PlatformError) -> Response {
        self.error(error.description, status: error.status)
    }

    /// The response that Cog's own clients get instead of a result, in the platforms' form. `place` is the part of the
    /// request that it is about.
    static func translated(_ response: Response, at place: String?) -> Response {
        let status = response.status == 422 ? 400 : response.status
        let text = Self.text(of: response.body)
        return error(place.map { "\($0): \(text)" } ?? text, status: status, fields: response.fields)
    }

    /// The text of one of our errors: its `error`, or the problems in its `detail`.
    static func text(of body: ResponseBody) -> String {
        // The server wrote this, so it is JSON.
        guard let root = try? JSONDocument.parsing(String(decoding: bytes(of: body), as: UTF8.self)).root else {
            return ""
        }
        if let error = root["error"]?.string { return error }
        let problems = root["detail"]?.elements.map { problem in
            let place = problem["loc"]?.elements.last?.string ?? ""
            let message = problem["msg"]?.string ?? ""
            return place.isEmpty || place == "__root__" ? message : "\(place): \(message)"
        }
        return problems?.joined(separator: "; ") ?? ""
    }

    private static func bytes(of body: ResponseBody) -> [UInt8] {
        switch body {
        case .empty: []
        case .segment(let segment): bytes(of: segment)
        case .segments(let segments): segments.flatMap(bytes)
        }
    }

    private static func bytes(of segment: BodySegment) -> [UInt8] {
        switch segment {
        case .fixed(let literal):
            [UInt8](UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
        case .bytes(let bytes): bytes
        case .buffer(let buffer): [UInt8](buffer.bytes)
        case .part(let buffer, let range): [UInt8](buffer.bytes[range])
        case .owned(let bytes, _): [UInt8](bytes)
        }
    }
}
