internal import CLinux
internal import Glibc

/// Descriptors held in reserve for the start of the next worker, so that a crash can be survived however many others
/// are open.
final class DescriptorReserve {
    private let count: Int
    private var held: [Int32] = []

    /// Makes an empty reserve.
    init(count: Int) {
        self.count = count
    }

    deinit {
        release()
    }

    /// Opens the missing descriptors, as far as possible.
    func refill() {
        while held.count < count {
            // Something that costs nothing and isn't open elsewhere.
            let next =
                held.first.map { fcntl($0, F_DUPFD_CLOEXEC, 0) }
                ?? memfd_create("coglet-reserve", coglinux_memfd_close_on_exec)
            guard next >= 0 else { return }
            held.append(next)
        }
    }

    /// Closes all of them, so that the caller can open as many.
    func release() {
        for descriptor in held { close(descriptor) }
        held = []
    }
}

@available(*, unavailable)
extension DescriptorReserve: Sendable {}
