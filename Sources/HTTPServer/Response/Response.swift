public import EventLoop

/// A response, complete with its body.
public struct Response {
    /// A field in addition to those the server sets: `content-type`, `content-length`, `transfer-encoding`, `date`,
    /// `connection`.
    public struct Field {
        /// The name, in lower case.
        public var name: StaticString
        /// The value; control characters are sent as spaces.
        public var value: String

        /// Makes a field.
        public init(_ name: StaticString, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The status code.
    public var status: Int
    /// The value of `content-type`; `nil` for none.
    public var contentType: StaticString?
    /// Further fields, sent in this order.
    public var fields: [Field]
    /// The body. For a HEAD request, only its size is sent.
    public var body: ResponseBody

    /// Makes a response.
    public init(
        status: Int, contentType: StaticString? = nil, fields: [Field] = [], body: ResponseBody = .empty
    ) {
        self.status = status
        self.contentType = contentType
        self.fields = fields
        self.body = body
    }

    /// Makes a JSON response.
    public static func json(_ body: [UInt8], status: Int = 200) -> Response {
        Response(status: status, contentType: jsonType, body: .segment(.bytes(body)))
    }

    /// Makes a JSON response.
    public static func json(_ body: Buffer, status: Int = 200) -> Response {
        Response(status: status, contentType: jsonType, body: .segment(.buffer(body)))
    }

    /// Makes a JSON response that is known at compile time.
    public static func json(_ body: StaticString, status: Int = 200) -> Response {
        Response(status: status, contentType: jsonType, body: .segment(.fixed(body)))
    }

    /// Makes a JSON response from several runs of bytes.
    public static func json(segments: [BodySegment], status: Int = 200) -> Response {
        Response(status: status, contentType: jsonType, body: .segments(segments))
    }

    /// Makes a plain text response.
    public static func plainText(_ text: String, status: Int) -> Response {
        Response(status: status, contentType: textType, body: .segment(.bytes(Array(text.utf8))))
    }

    /// Makes a plain text response that is known at compile time.
    public static func plainText(_ text: StaticString, status: Int) -> Response {
        Response(status: status, contentType: textType, body: .segment(.fixed(text)))
    }

    /// Makes a response without a body and a content type.
    public static func empty(_ status: Int, fields: [Field] = []) -> Response {
        Response(status: status, fields: fields)
    }

    /// The content type of JSON responses.
    public static let jsonType: StaticString = "application/json"
    /// The content type of plain text responses.
    public static let textType: StaticString = "text/plain; charset=utf-8"
}

@available(*, unavailable)
extension Response: Sendable {}
@available(*, unavailable)
extension Response.Field: Sendable {}
