import CHTTPParser

/// llhttp in response mode.
final class ResponseParser {
    private let parser = UnsafeMutablePointer<llhttp_t>.allocate(capacity: 1)
    private let onBody: ((ArraySlice<UInt8>) -> Void)?
    private var fieldName: [UInt8] = []
    private var fieldValue: [UInt8] = []
    private var contentType = ""
    private var body: [UInt8] = []
    private(set) var isComplete = false

    init(onBody: ((ArraySlice<UInt8>) -> Void)?) {
        self.onBody = onBody
        llhttp_init(parser, HTTP_RESPONSE, Self.settings)
        parser.pointee.data = Unmanaged.passUnretained(self).toOpaque()
    }

    deinit { parser.deallocate() }

    var response: LoopbackClient.Response {
        .init(status: Int(parser.pointee.status_code), contentType: contentType, body: body)
    }

    func feed(_ bytes: ArraySlice<UInt8>) throws {
        try check(
            bytes.withUnsafeBytes {
                llhttp_execute(parser, $0.baseAddress?.assumingMemoryBound(to: CChar.self), $0.count)
            })
    }

    /// Tells the parser that the connection ended.
    func finish() throws { try check(llhttp_finish(parser)) }

    private func check(_ status: llhttp_errno_t) throws {
        guard status != HPE_OK, status != HPE_PAUSED_UPGRADE, !isComplete else { return }
        throw LoopbackClient.Failure(
            description: "the answer isn't HTTP: \(String(cString: llhttp_errno_name(status)))")
    }

    private func fieldEnded() {
        if String(decoding: fieldName, as: UTF8.self).lowercased() == "content-type" {
            contentType = String(decoding: fieldValue, as: UTF8.self)
        }
        fieldName = []
        fieldValue = []
    }

    private func received(_ bytes: UnsafeBufferPointer<UInt8>) {
        if let onBody, contentType.hasPrefix("text/event-stream") {
            onBody(Array(bytes)[...])
        } else {
            body.append(contentsOf: bytes)
        }
    }

    private static func state(_ parser: UnsafeMutablePointer<llhttp_t>?) -> ResponseParser {
        Unmanaged<ResponseParser>.fromOpaque(parser!.pointee.data).takeUnretainedValue()
    }

    private static func bytes(_ start: UnsafePointer<CChar>?, _ count: Int) -> UnsafeBufferPointer<UInt8> {
        UnsafeRawBufferPointer(start: start, count: count).assumingMemoryBound(to: UInt8.self)
    }

    // llhttp only reads these; they are made once and never change.
    nonisolated(unsafe) private static let settings = coghttp_settings(
        { _, _, _ in 0 },
        { parser, start, count in
            state(parser).fieldName.append(contentsOf: bytes(start, count))
            return 0
        },
        { _ in 0 },
        { parser, start, count in
            state(parser).fieldValue.append(contentsOf: bytes(start, count))
            return 0
        },
        { parser in
            state(parser).fieldEnded()
            return 0
        },
        { _ in 0 },
        { parser, start, count in
            state(parser).received(bytes(start, count))
            return 0
        },
        { parser in
            state(parser).isComplete = true
            return 0
        })
}
