internal import JSON
internal import Predictions
internal import WorkerProtocol

/// The content of a `metric` frame: a metric that the model recorded.
struct MetricRecord {
    /// The SDK allows 4 parts and 128 characters.
    static let nameLimitBytes = 1024
    private static let partLimit = 16
    /// The tree of a prediction's metrics stores each value separately.
    private static let valueLimit = 1_000_000

    let mode: String
    let name: String
    let value: JSONValue

    /// Reads the content of a frame that passed ``FrameCheck``.
    ///
    /// - Returns: Nil for a value that can't be shown, such as one that is nested too deeply or has too many parts.
    init?(reading content: UnsafeRawBufferPointer) throws(WorkerFault) {
        let root: JSONValue
        do throws(JSONError) {
            root = try JSONDocument(parsing: content, valueLimit: Self.valueLimit).root
        } catch {
            return nil
        }
        guard let mode = root[MetricKey.mode]?.string, ["replace", "increment", "append"].contains(mode) else {
            throw .content(.metric, "it has no mode")
        }
        guard let name = root[MetricKey.name]?.string, (1...Self.nameLimitBytes).contains(name.utf8.count),
            name.utf8.count(where: { $0 == UInt8(ascii: ".") }) < Self.partLimit
        else {
            throw .content(.metric, "it has no usable name")
        }
        guard let value = root[MetricKey.value] else { throw .content(.metric, "it has no value") }
        self.mode = mode
        self.name = name
        self.value = value
    }
}
