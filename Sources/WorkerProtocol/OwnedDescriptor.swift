import Glibc

/// An open descriptor and its only owner: it is closed when the owner lets go of it.
public struct OwnedDescriptor: ~Copyable {
    /// The number for system calls; -1 when nothing is open.
    public private(set) var raw: Int32

    /// Takes over an open descriptor, or -1 for none.
    public init(taking raw: Int32 = -1) {
        self.raw = raw
    }

    deinit {
        if raw >= 0 { Glibc.close(raw) }
    }

    /// Whether there is something to close.
    public var isOpen: Bool { raw >= 0 }

    /// Closes it now. Closing twice does nothing.
    public mutating func close() {
        guard raw >= 0 else { return }
        Glibc.close(raw)
        raw = -1
    }

    /// Gives the descriptor to another owner, who closes it.
    public mutating func take() -> Int32 {
        defer { raw = -1 }
        return raw
    }
}
