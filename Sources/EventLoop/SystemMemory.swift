internal import CLibuv
internal import Glibc

/// How much memory this process may use, according to its control groups and the machine.
public enum SystemMemory {
    /// The smallest limit that applies to this process; nil if none is known.
    ///
    /// Reads a few files of `/proc` and `/sys/fs/cgroup`, which never block.
    public static var limitBytes: Int? {
        let own = coguv_memory_rlimit()
        return [limitBytes(reading: read), own >= 0 ? own : nil].compactMap { $0 }.min()
    }

    /// The same, with `read` supplying the text of files, and without the process's own limits.
    ///
    /// A control group's limit applies to all groups below it, so the limits of its parents count as far as they are
    /// visible (cgroup v2: kernel documentation `admin-guide/cgroup-v2`, `memory.max`; v1: `cgroup-v1/memory`, with
    /// `memory.limit_in_bytes`). A container often sees only its own group, as the root of the mount.
    static func limitBytes(reading read: (String) -> String?) -> Int? {
        var limits: [Int] = []
        if let total = read("/proc/meminfo").flatMap(totalBytes) { limits.append(total) }
        let groups = read("/proc/self/cgroup") ?? ""
        for mount in mounts(in: read("/proc/self/mountinfo") ?? "") {
            guard let path = path(ofGroupIn: groups, isUnified: mount.isUnified) else { continue }
            let file = mount.isUnified ? "memory.max" : "memory.limit_in_bytes"
            for folder in folders(from: mount, to: path) {
                let text = read("\(folder)/\(file)")
                if let text, let limit = Int(text.prefix { !$0.isNewline }), limit > 0 { limits.append(limit) }
            }
        }
        return limits.min()
    }

    /// How many processes of this control group the kernel's OOM killer has killed so far; nil if the kernel doesn't
    /// say.
    public static var outOfMemoryKills: Int? { outOfMemoryKills(reading: read) }

    /// The same, with `read` supplying the text of files.
    ///
    /// Both versions of control groups count the kills in the killed process's group (cgroup v2: `memory.events`; v1:
    /// `memory.oom_control`). In version 2, the root of all groups has no such file; the machine's own counter applies
    /// there.
    static func outOfMemoryKills(reading read: (String) -> String?) -> Int? {
        let groups = read("/proc/self/cgroup") ?? ""
        for mount in mounts(in: read("/proc/self/mountinfo") ?? "") {
            guard let path = path(ofGroupIn: groups, isUnified: mount.isUnified) else { continue }
            let file = mount.isUnified ? "memory.events" : "memory.oom_control"
            for folder in folders(from: mount, to: path).reversed() {
                guard let text = read("\(folder)/\(file)") else { continue }
                if let count = counter("oom_kill", in: text) { return count }
                break
            }
        }
        return read("/proc/vmstat").flatMap { counter("oom_kill", in: $0) }
    }

    private static func counter(_ name: String, in text: String) -> Int? {
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: " ")
            if fields.count == 2, fields[0] == name { return Int(fields[1]) }
        }
        return nil
    }

    // MARK: - Files

    /// Where control groups that limit memory are mounted.
    private struct Mount {
        let root: Substring
        let point: Substring
        let isUnified: Bool
    }

    private static func totalBytes(_ meminfo: String) -> Int? {
        for line in meminfo.split(separator: "\n") where line.hasPrefix("MemTotal:") {
            return line.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 * 1024 }
        }
        return nil
    }

    /// proc_pid_mountinfo(5): `ID PARENT DEVICE ROOT POINT OPTIONS… - TYPE SOURCE SUPEROPTIONS`
    private static func mounts(in mountinfo: String) -> [Mount] {
        mountinfo.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ")
            guard fields.count > 5, let dash = fields.firstIndex(of: "-"), dash + 3 < fields.count else { return nil }
            let isUnified = fields[dash + 1] == "cgroup2"
            let limitsMemory = fields[dash + 1] == "cgroup" && fields[dash + 3].split(separator: ",").contains("memory")
            guard isUnified || limitsMemory else { return nil }
            return Mount(root: fields[3], point: fields[4], isUnified: isUnified)
        }
    }

    /// cgroups(7): `0::PATH` for version 2, `ID:CONTROLLERS:PATH` for version 1.
    private static func path(ofGroupIn groups: String, isUnified: Bool) -> Substring? {
        for line in groups.split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { continue }
            if isUnified ? parts[1].isEmpty : parts[1].split(separator: ",").contains("memory") { return parts[2] }
        }
        return nil
    }

    /// The folders of a group and its parents, as far as the mount shows them.
    private static func folders(from mount: Mount, to path: Substring) -> [String] {
        let root = mount.root == "/" ? "" : mount.root
        var folders = [String(mount.point)]
        // The mount shows another part of the tree than the process's group: only its root can be read.
        guard path.hasPrefix(root) else { return folders }
        for name in path.dropFirst(root.count).split(separator: "/") where name != ".." {
            folders.append("\(folders[folders.count - 1])/\(name)")
        }
        return folders
    }

    private static func read(_ path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var text: [UInt8] = []
        while text.count < 1 << 20 {
            var piece = [UInt8](repeating: 0, count: 16_384)
            let count = Glibc.read(descriptor, &piece, piece.count)
            guard count > 0 else { break }
            text += piece[..<count]
        }
        return String(decoding: text, as: UTF8.self)
    }
}
