/// How a tensor's elements are assigned to predictions.
///
/// A single value needs a tensor with one element; nested lists need as many dimensions as there are levels. An
/// additional first dimension holds one value for each prediction of a batch.
struct TensorLayout: Equatable {
    /// The number of predictions with their own values; nil if one value is for all of them.
    let rows: Int?
    /// The dimensions of one value; empty if it isn't a list.
    let rowShape: [Int]

    /// The number of elements in one value.
    var rowCount: Int { rowShape.reduce(1, *) }
    /// The total number of elements.
    var count: Int { rowCount * (rows ?? 1) }

    /// How many lists a tensor may have in which there is nothing, however small the request is.
    private static let emptyLimit = InputText.limit

    /// The layout of a tensor for values with lists `rank` deep. No tensor has more than `limit` elements.
    ///
    /// - Throws: ``PlatformError`` without the input's name.
    init(shape: [Int], rank: Int, limit: Int) throws(PlatformError) {
        // An empty tensor has no elements, but its values have a list for each of the dimensions before the 0.
        let isEmpty = shape.contains(0)
        let lists = try Self.product(shape.prefix { $0 > 0 }, of: shape)
        guard lists <= max(1, isEmpty ? Self.emptyLimit : limit) else { throw Self.tooLarge(shape) }
        let product = try Self.product(shape.filter { $0 > 0 }[...], of: shape)
        if rank == 0 {
            let count = isEmpty ? 0 : product
            // [4], and also [4, 1], which clients send to models that take batches.
            guard count == 1 || (count > 0 && shape[0] == count) else {
                throw PlatformError("takes one value: the shape must be [1], or [n] for n predictions, not \(shape)")
            }
            (rows, rowShape) = (count == 1 ? nil : count, [])
        } else {
            let isBatch = shape.count == rank + 1
            guard isBatch || shape.count == rank else {
                let dimensions = rank == 1 ? "one dimension" : "\(rank) dimensions"
                throw PlatformError(
                    "takes a list: the shape must have \(dimensions), or one more for a batch, and is \(shape)")
            }
            guard !isBatch || shape[0] > 0 else { throw PlatformError("the batch is empty: its shape is \(shape)") }
            rows = isBatch ? shape[0] : nil
            rowShape = isBatch ? Array(shape.dropFirst()) : shape
        }
        if let rows, rows > InputText.limit {
            throw PlatformError("more than \(InputText.limit) predictions. Send them in several requests")
        }
    }
}

extension TensorLayout {
    private static func tooLarge(_ shape: [Int]) -> PlatformError {
        PlatformError("the shape \(shape) is larger than the request")
    }

    private static func product(_ dimensions: ArraySlice<Int>, of shape: [Int]) throws(PlatformError) -> Int {
        var product = 1
        for dimension in dimensions {
            let (next, overflows) = product.multipliedReportingOverflow(by: dimension)
            guard !overflows else { throw tooLarge(shape) }
            product = next
        }
        return product
    }
}

/// The values of a tensor as JSON, which are written element by element.
struct TensorRows {
    /// The values, one for each prediction, or a single one that they share.
    private(set) var texts: [[UInt8]]
    /// The number of elements written.
    private(set) var count = 0
    private var bytes = 0
    private let layout: TensorLayout
    /// The number of elements in the parts that begin at each dimension.
    private let spans: [Int]

    init(_ layout: TensorLayout) {
        self.layout = layout
        spans = layout.rowShape.indices.map { layout.rowShape[$0...].reduce(1, *) }
        let empty = layout.rowCount == 0 ? Self.empty(layout.rowShape[...]) : []
        texts = Array(repeating: empty, count: layout.rows ?? 1)
    }

    /// Whether every element has been written.
    var isFull: Bool { count == layout.count }

    /// Writes the next element, for which there must be room.
    mutating func append(_ write: (inout [UInt8]) throws(PlatformError) -> Void) throws(PlatformError) {
        let (row, index) = count.quotientAndRemainder(dividingBy: layout.rowCount)
        let start = texts[row].count
        if index > 0 { texts[row].append(UInt8(ascii: ",")) }
        for span in spans where index % span == 0 { texts[row].append(UInt8(ascii: "[")) }
        try write(&texts[row])
        for span in spans where (index + 1) % span == 0 { texts[row].append(UInt8(ascii: "]")) }
        count += 1
        bytes += texts[row].count - start
        guard bytes <= InputText.limitBytes else { throw InputText.tooLarge }
    }

    private static func empty(_ shape: ArraySlice<Int>) -> [UInt8] {
        guard let dimension = shape.first, dimension > 0 else { return Array("[]".utf8) }
        let inner = Array(repeating: empty(shape.dropFirst()), count: dimension)
        return Array("[".utf8) + inner.joined(separator: ",".utf8) + Array("]".utf8)
    }
}
