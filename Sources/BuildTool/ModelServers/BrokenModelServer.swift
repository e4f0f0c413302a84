import ContainerEngine
import Foundation
import Glibc
import JSON
import Synchronization

/// Answers every request on a port with status 503 and the reason why there is no model.
package final class BrokenModelServer: Sendable {
    private let listener: Int32
    private let isClosed = Atomic(false)

    /// What is read of a request at most before it is answered.
    private static let requestLimitBytes = 64 << 10

    /// - Parameters:
    ///   - host: an address of this machine; where it can't be listened on, nothing answers.
    ///   - reason: what the answers say.
    package init(host: String, port: Int, reason: String) {
        listener = Self.listen(host, port)
        guard listener >= 0 else { return }
        let body = "{\"detail\": \(JSONTree.quoted(reason))}"
        let answer =
            "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nRetry-After: 1\r\n"
            + "Content-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n" + body
        Thread.detachNewThread { [self] in
            while !isClosed.load(ordering: .acquiring) {
                let connection = accept(listener, nil, nil)
                if connection < 0, errno == EINTR || errno == ECONNABORTED { continue }
                guard connection >= 0 else { break }
                Self.serve(connection, answer)
            }
            Glibc.close(listener)
        }
    }

    /// Gives the port free.
    package func close() {
        guard listener >= 0 else { return }
        isClosed.store(true, ordering: .releasing)
        // Wakes the thread, which closes the descriptor; the port is free from here on.
        shutdown(listener, Int32(SHUT_RDWR))
    }

    private static func serve(_ connection: Int32, _ answer: String) {
        defer { Glibc.close(connection) }
        var patience = timeval(tv_sec: 1, tv_usec: 0)
        setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var request: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 8 << 10)
        while request.count < requestLimitBytes, !String(decoding: request, as: UTF8.self).contains("\r\n\r\n") {
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return }
            request += buffer[..<count]
        }
        var rest = Array(answer.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
        // What the client still sends is read, or the connection would be reset before it has read the answer.
        shutdown(connection, Int32(SHUT_WR))
        while recv(connection, &buffer, buffer.count, 0) > 0 {}
    }

    private static func listen(_ host: String, _ port: Int) -> Int32 {
        guard case .taken(let descriptor) = PublishedPort.take(host, port) else { return -1 }
        if Glibc.listen(descriptor, 16) == 0 { return descriptor }
        Glibc.close(descriptor)
        return -1
    }
}
