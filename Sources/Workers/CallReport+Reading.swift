internal import JSON
internal import Predictions
internal import Telemetry
internal import WorkerProtocol

extension CallReport {
    private static let typeLimitBytes = 256
    private static let messageLimitBytes = 4096
    private static let tracebackLimitBytes = 16_384

    /// Reads the content of a `times` frame. Truncates long texts.
    init(reading content: UnsafeRawBufferPointer) throws(WorkerFault) {
        let root: JSONValue
        do throws(JSONError) {
            root = try JSONDocument(parsing: content).root
        } catch {
            throw .content(.times, "it is not JSON")
        }
        guard let call = Self.time(root[TimesKey.call]) else { throw .content(.times, "it contains no times") }
        let failure = root[TimesKey.error]?.string.map { type in
            Failure(
                type: CallerTags.cut(type, to: Self.typeLimitBytes),
                message: CallerTags.cut(root[TimesKey.message]?.string ?? "", to: Self.messageLimitBytes),
                traceback: CallerTags.cut(root[TimesKey.traceback]?.string ?? "", to: Self.tracebackLimitBytes))
        }
        self.init(call: call, conversion: Self.time(root[TimesKey.conversion]), failure: failure)
    }

    private static func time(_ value: JSONValue?) -> Range<Int>? {
        guard let ends = value?.elements, ends.count == 2, let start = ends[0].int, let end = ends[1].int, start >= 0
        else { return nil }
        return start..<max(start, end)
    }
}
