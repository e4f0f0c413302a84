/// What is wrong with a JSON text, and where.
public struct JSONError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What is wrong.
    public let message: String
    /// The line, counted from 1.
    public let line: Int
    /// The byte in the line, counted from 1; 0 when the line is empty.
    public let column: Int

    /// For instance `expected value at line 1 column 10`.
    public var description: String { "\(message) at line \(line) column \(column)" }

    /// Describes a problem at `offset` in `text`: the position is that of the last byte read.
    init(_ message: String, at offset: Int, in text: UnsafeRawBufferPointer) {
        self.message = message
        let read = UnsafeRawBufferPointer(rebasing: text.prefix(offset))
        var breaks = 0
        for byte in read { breaks &+= byte == UInt8(ascii: "\n") ? 1 : 0 }
        line = breaks + 1
        column = read.count - (read.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0)
    }
}
