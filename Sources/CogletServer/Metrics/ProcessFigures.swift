import Glibc
import Metrics

/// The process metrics that Prometheus's own client libraries provide (`process_…`), read at this moment.
struct ProcessFigures {
    private let cpuNanoseconds: Int
    private let openFiles: Int
    private let fileLimit: Int
    private let virtualBytes: Int
    private let residentBytes: Int

    /// Reads the metrics of this process. Those that can't be read are 0.
    init() {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        cpuNanoseconds = time.tv_sec * 1_000_000_000 + time.tv_nsec
        // Without `.`, `..`, and the descriptor for reading the folder.
        openFiles = max(0, names(inFolder: "/proc/self/fd").count - 3)
        fileLimit = DescriptorLimit.current
        let pages = Self.memoryPages()
        let pageBytes = sysconf(Int32(_SC_PAGESIZE))
        virtualBytes = pages.virtual * pageBytes
        residentBytes = pages.resident * pageBytes
    }

    /// Writes the metrics; `start` is the time at which the server was started, in nanoseconds since 1970.
    func write(to exposition: inout some MetricWriter, start: Int) {
        exposition.add(MetricCatalog.processCPU, [Exposition.Sample([], Double(cpuNanoseconds) / 1e9)])
        exposition.add(MetricCatalog.processOpenFiles, openFiles)
        exposition.add(MetricCatalog.processFileLimit, fileLimit)
        exposition.add(MetricCatalog.processVirtualMemory, virtualBytes)
        exposition.add(MetricCatalog.processResidentMemory, residentBytes)
        exposition.add(MetricCatalog.processStart, [Exposition.Sample([], Double(start / 1_000_000) / 1000)])
    }

    /// proc(5), `statm`: size, resident, … in pages.
    private static func memoryPages() -> (virtual: Int, resident: Int) {
        let file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return (0, 0) }
        defer { close(file) }
        let text = withUnsafeTemporaryAllocation(byteCount: 256, alignment: 1) { space in
            String(decoding: space.prefix(max(0, read(file, space.baseAddress, space.count))), as: UTF8.self)
        }
        let fields = text.split(separator: " ").compactMap { Int($0) }
        return fields.count > 1 ? (fields[0], fields[1]) : (0, 0)
    }
}
