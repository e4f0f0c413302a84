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
        var line = 1
        var column = 0
        for byte in text.prefix(offset) {
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 0
            } else {
                column += 1
            }
        }
        self.line = line
        self.column = column
    }
}
