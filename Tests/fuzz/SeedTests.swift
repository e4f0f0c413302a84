import Glibc
import Testing

/// Replays the seeds of the fuzz targets, so that what was found once stays found and the targets keep up with the code.
/// A failure is a trap, with its reason in the output.
@Suite struct SeedTests {
    @Test func requests() throws {
        let fuzzer = RequestFuzzer()
        try replay("requests", fuzzer.feed)
    }

    @Test func json() throws {
        let fuzzer = JSONFuzzer()
        try replay("json", fuzzer.feed)
    }

    @Test func frames() throws {
        // Other tests of this process open descriptors in the meantime.
        let fuzzer = FrameFuzzer(countsDescriptors: false)
        try replay("frames", fuzzer.feed)
    }

    private func replay(
        _ target: String, _ feed: (UnsafeRawBufferPointer) -> Void, file: String = #filePath
    ) throws {
        let folder = file.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 } + "/\(target)/seeds"
        let listing = try #require(opendir(folder))
        defer { closedir(listing) }
        var count = 0
        while let entry = readdir(listing) {
            let name = withUnsafePointer(to: entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard !name.hasPrefix(".") else { continue }
            try contents(of: "\(folder)/\(name)").withUnsafeBytes(feed)
            count += 1
        }
        #expect(count > 0, "\(folder) holds no seeds")
    }

    private func contents(of path: String) throws -> [UInt8] {
        let file = try #require(fopen(path, "r"))
        defer { fclose(file) }
        return [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, count in
            count = fread(buffer.baseAddress, 1, buffer.count, file)
        }
    }
}
