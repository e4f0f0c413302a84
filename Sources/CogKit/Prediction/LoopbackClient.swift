import CHTTPParser
import Foundation
import Glibc

/// A small HTTP/1.1 client for the server that this program itself started on this machine.
///
/// One request a connection, no TLS. Every call blocks a thread of its own until the answer is there or the task is
/// cancelled; a lost connection is what cancels a prediction on the server.
package struct LoopbackClient: Sendable {
    /// The port on 127.0.0.1.
    package let port: Int
    /// What the server wants to see in each request; nil for nothing.
    package let key: String?

    package init(port: Int, key: String? = nil) {
        self.port = port
        self.key = key
    }

    /// An answer; `body` is empty when it was handed over in pieces.
    package struct Response: Sendable {
        package let status: Int
        package let contentType: String
        package let body: [UInt8]

        package var text: String { String(decoding: body, as: UTF8.self) }
    }

    /// What went wrong on the way.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    /// Sends a request and waits for the whole answer.
    ///
    /// - Parameters:
    ///   - timeout: how long the server may be silent; nil for no limit.
    ///   - onBody: gets the body of an event stream in pieces, on another thread.
    package func send(
        _ method: String, _ target: String, body: String? = nil, accept: String = "application/json",
        timeout: Duration? = nil, onBody: (@Sendable (ArraySlice<UInt8>) -> Void)? = nil
    ) async throws -> Response {
        let connection = try Connection(port: port, timeout: timeout)
        let credentials = key.map { "Authorization: Bearer \($0)\r\n" } ?? ""
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                Thread.detachNewThread {
                    continuation.resume(
                        with: Result {
                            try connection.exchange(
                                method, target, fields: "Accept: \(accept)\r\n\(credentials)", body: body,
                                onBody: onBody)
                        })
                }
            }
        } onCancel: {
            connection.interrupt()
        }
    }
}

/// A connected socket; closed when the last reference goes.
private final class Connection: Sendable {
    private let descriptor: Int32

    init(port: Int, timeout: Duration?) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw LoopbackClient.Failure(description: String(cString: strerror(errno))) }
        if let timeout {
            let parts = timeout.components
            var time = timeval(tv_sec: Int(parts.seconds), tv_usec: Int(parts.attoseconds / 1_000_000_000_000))
            setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else { throw LoopbackClient.Failure(description: String(cString: strerror(errno))) }
    }

    deinit { close(descriptor) }

    /// Ends a blocked read from another thread.
    func interrupt() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    func exchange(
        _ method: String, _ target: String, fields: String, body: String?,
        onBody: ((ArraySlice<UInt8>) -> Void)?
    ) throws -> LoopbackClient.Response {
        var head = "\(method) \(target) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\(fields)"
        if let body { head += "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n" }
        try write(Array((head + "\r\n").utf8))
        if let body { try write(Array(body.utf8)) }
        let parser = ResponseParser(onBody: onBody)
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while !parser.isComplete {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw LoopbackClient.Failure(description: String(cString: strerror(errno))) }
            if count == 0 {
                try parser.finish()
                break
            }
            try parser.feed(buffer[..<count])
        }
        guard parser.isComplete else { throw LoopbackClient.Failure(description: "connection closed early (EOF)") }
        return parser.response
    }

    private func write(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                send(descriptor, $0.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw LoopbackClient.Failure(description: String(cString: strerror(errno))) }
            sent += count
        }
    }
}

/// llhttp in response mode.
private final class ResponseParser {
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
