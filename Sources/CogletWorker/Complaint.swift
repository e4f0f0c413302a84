import Glibc

/// Reports on descriptor 2, which the server reads, why the worker can't go on.
func complain(_ text: String) {
    var line = "coglet-worker: \(text)\n"
    line.withUTF8 { _ = write(2, $0.baseAddress, $0.count) }
}
