import CPythonBridge

/// C's anonymous enumerations are imported as values of different integer types; the callbacks return `int`.
extension BinaryInteger {
    var outcome: Int32 { Int32(self) }
}
