/// The label of a request while the server handles it: how it is counted, and which span it has.
struct RequestLabel: Equatable {
    private static let spanShift = 32

    /// The label from ``HTTPMetrics/label(_:_:)``.
    let count: Int
    /// The number of its span among those of ``RequestSpans``, from 1; 0 for none.
    let span: Int

    init(count: Int, span: Int) {
        self.count = count
        self.span = span
    }

    init(_ number: Int) {
        count = number & (1 << Self.spanShift - 1)
        span = number >> Self.spanShift
    }

    /// Both values in one number.
    var number: Int { span << Self.spanShift | count }
}
