import Foundation

/// A small HTTP/1.1 client for the server that this program itself started on this machine.
///
/// One request a connection, no TLS. Every call blocks a thread of its own until the answer is there or the task is
/// canceled; a lost connection is what cancels a prediction on the server.
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
        let connection = try LoopbackConnection(port: port, timeout: timeout)
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
