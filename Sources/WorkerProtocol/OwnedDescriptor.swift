import Glibc

/// An open descriptor with a single owner. It is closed when the owner goes away.
public struct OwnedDescriptor: ~Copyable {
    /// The number for system calls; -1 if nothing is open.
    public private(set) var raw: Int32

    /// Takes over an open descriptor, or -1 for none.
    public init(taking raw: Int32 = -1) {
        self.raw = raw
    }

    deinit {
        if raw >= 0 { Glibc.close(raw) }
    }

    /// Whether there is anything to close.
    public var isOpen: Bool { raw >= 0 }

    /// Closes the descriptor. Closing twice does nothing.
    public mutating func close() {
        guard raw >= 0 else { return }
        Glibc.close(raw)
        raw = -1
    }

    /// Passes the descriptor to another owner, which must close it.
    public mutating func take() -> Int32 {
        defer { raw = -1 }
        return raw
    }
}
