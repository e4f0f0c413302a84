import Glibc

/// How many bytes can be read from a pipe or socket without waiting; 0 if the kernel can't tell.
///
/// Bounds a loop that reads all that is there: whoever writes can be faster than the loop, which would never end.
func bytesWaiting(in descriptor: Int32) -> Int {
    var count: Int32 = 0
    return ioctl(descriptor, UInt(FIONREAD), &count) == 0 ? Int(count) : 0
}
