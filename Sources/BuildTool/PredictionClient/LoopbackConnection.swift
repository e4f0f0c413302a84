import Foundation
import Glibc

/// A connected socket; closed when the last reference goes.
final class LoopbackConnection: Sendable {
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
