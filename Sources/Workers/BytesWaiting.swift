import Glibc

/// The number of bytes that can be read from a pipe or socket without waiting; 0 if the kernel doesn't say.
///
/// Bounds a loop that reads everything available: a fast writer could keep the loop from ever ending.
func bytesWaiting(in descriptor: Int32) -> Int {
    var count: Int32 = 0
    return ioctl(descriptor, UInt(FIONREAD), &count) == 0 ? Int(count) : 0
}
