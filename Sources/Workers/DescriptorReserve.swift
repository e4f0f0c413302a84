internal import CLinux
internal import Glibc

/// Descriptors that are held for the start of the next worker: a crash can be survived however many others are open.
final class DescriptorReserve {
    private let count: Int
    private var held: [Int32] = []

    /// Holds nothing yet.
    init(count: Int) {
        self.count = count
    }

    deinit {
        release()
    }

    /// Takes what is missing, as far as there is something to take.
    func refill() {
        while held.count < count {
            // Something that costs nothing and is open nowhere else.
            let next =
                held.first.map { fcntl($0, F_DUPFD_CLOEXEC, 0) }
                ?? memfd_create("coglet-reserve", coglinux_memfd_close_on_exec)
            guard next >= 0 else { return }
            held.append(next)
        }
    }

    /// Closes them all: what follows can open as many.
    func release() {
        for descriptor in held { close(descriptor) }
        held = []
    }
}

@available(*, unavailable)
extension DescriptorReserve: Sendable {}
