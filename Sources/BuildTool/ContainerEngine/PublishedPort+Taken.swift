import Glibc

extension PublishedPort {
    /// What came of taking a port of this machine.
    package enum Taking {
        /// A socket that has the port.
        case taken(Int32)
        /// Another program has it.
        case refused
        /// The host is a name, which isn't resolved here, or the system has no more sockets.
        case unknown
    }

    /// Whether another program of this machine listens on a port. False for hosts that are names.
    package static func isTaken(_ host: String, _ port: Int) -> Bool {
        switch take(host, port) {
        case .taken(let descriptor):
            close(descriptor)
            return false
        case .refused: return true
        case .unknown: return false
        }
    }

    /// Takes a port of an address of this machine.
    package static func take(_ host: String, _ port: Int) -> Taking {
        guard let number = UInt16(exactly: port) else { return .unknown }
        var four = sockaddr_in()
        four.sin_family = sa_family_t(AF_INET)
        four.sin_port = number.bigEndian
        if inet_pton(AF_INET, host == "localhost" ? "127.0.0.1" : host, &four.sin_addr) == 1 {
            return take(AF_INET, &four, MemoryLayout<sockaddr_in>.size)
        }
        var six = sockaddr_in6()
        six.sin6_family = sa_family_t(AF_INET6)
        six.sin6_port = number.bigEndian
        guard inet_pton(AF_INET6, host, &six.sin6_addr) == 1 else { return .unknown }
        return take(AF_INET6, &six, MemoryLayout<sockaddr_in6>.size)
    }

    private static func take(_ family: Int32, _ address: UnsafeRawPointer, _ size: Int) -> Taking {
        let descriptor = socket(family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return .unknown }
        // Connections that ended a moment ago don't count.
        var reuses: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &reuses, socklen_t(MemoryLayout<Int32>.size))
        if bind(descriptor, address.assumingMemoryBound(to: sockaddr.self), socklen_t(size)) == 0 {
            return .taken(descriptor)
        }
        let isRefused = errno == EADDRINUSE
        close(descriptor)
        return isRefused ? .refused : .unknown
    }
}
