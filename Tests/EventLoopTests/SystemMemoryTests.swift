import Testing

@testable import EventLoop

/// Which limit holds, for the files that kernels and container runtimes show.
@Suite struct SystemMemoryTests {
    private let machine = ["/proc/meminfo": "MemTotal:        8388608 kB\nMemFree: 12 kB\n"]
    private let gib = 1 << 30

    private func limit(_ files: [String: String]) -> Int? {
        SystemMemory.limitBytes { machine.merging(files) { $1 }[$0] }
    }

    private let unified = "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n"

    @Test func machineAlone() {
        #expect(limit([:]) == 8 * gib)
        #expect(limit(["/proc/self/cgroup": "0::/\n", "/proc/self/mountinfo": unified]) == 8 * gib)
        #expect(SystemMemory.limitBytes { _ in nil } == nil)
    }

    /// A container with its own namespace sees its group as the root.
    @Test func unifiedContainer() {
        let files = [
            "/proc/self/cgroup": "0::/\n", "/proc/self/mountinfo": unified,
            "/sys/fs/cgroup/memory.max": "\(gib)\n",
        ]
        #expect(limit(files) == gib)
    }

    /// The smallest limit of a group and its parents holds.
    @Test func unifiedParents() {
        var files = [
            "/proc/self/cgroup": "0::/kube/pod/container\n", "/proc/self/mountinfo": unified,
            "/sys/fs/cgroup/kube/memory.max": "\(4 * gib)\n",
            "/sys/fs/cgroup/kube/pod/memory.max": "\(2 * gib)\n",
            "/sys/fs/cgroup/kube/pod/container/memory.max": "max\n",
        ]
        #expect(limit(files) == 2 * gib)
        files["/sys/fs/cgroup/kube/pod/container/memory.max"] = "\(gib)\n"
        #expect(limit(files) == gib)
    }

    /// More than the machine has isn't a limit.
    @Test func limitAboveTheMachine() {
        let files = [
            "/proc/self/cgroup": "0::/\n", "/proc/self/mountinfo": unified,
            "/sys/fs/cgroup/memory.max": "\(64 * gib)\n",
        ]
        #expect(limit(files) == 8 * gib)
    }

    private let first = """
        31 30 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct
        35 31 0:32 /docker/4f2a /sys/fs/cgroup/memory ro,nosuid master:17 - cgroup cgroup rw,memory
        41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
        """
    private let firstGroups = "4:memory:/docker/4f2a\n2:cpu,cpuacct:/docker/4f2a\n0::/\n"

    /// Docker with version 1: the mount shows the container's group, whose path is that on the host.
    @Test func firstVersionContainer() {
        let files = [
            "/proc/self/cgroup": firstGroups, "/proc/self/mountinfo": first,
            "/sys/fs/cgroup/memory/memory.limit_in_bytes": "\(gib)\n",
        ]
        #expect(limit(files) == gib)
    }

    @Test func firstVersionParents() {
        let files = [
            "/proc/self/cgroup": firstGroups,
            "/proc/self/mountinfo": "35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n",
            "/sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n",
            "/sys/fs/cgroup/memory/docker/memory.limit_in_bytes": "\(3 * gib)\n",
            "/sys/fs/cgroup/memory/docker/4f2a/memory.limit_in_bytes": "9223372036854771712\n",
        ]
        #expect(limit(files) == 3 * gib)
    }

    /// A group outside of what is mounted: the root of the mount is what can be asked.
    @Test func groupElsewhere() {
        let files = [
            "/proc/self/cgroup": "0::/../other\n", "/proc/self/mountinfo": unified,
            "/sys/fs/cgroup/memory.max": "\(gib)\n",
        ]
        #expect(limit(files) == gib)
    }

    @Test func unreadableTextsAreNoLimit() {
        let files = [
            "/proc/self/cgroup": "nonsense\n0::\n", "/proc/self/mountinfo": "x - y\n" + unified,
            "/sys/fs/cgroup/memory.max": "0\n", "/proc/meminfo": "MemTotal: lots\n",
        ]
        #expect(limit(files) == nil)
    }

    @Test func thisMachineHasALimit() throws {
        #expect(try #require(SystemMemory.limitBytes) > 1 << 20)
    }

    // MARK: - Kills

    private func kills(_ files: [String: String]) -> Int? {
        SystemMemory.outOfMemoryKills { files[$0] }
    }

    @Test func killsOfAUnifiedGroup() {
        var files = [
            "/proc/self/cgroup": "0::/\n", "/proc/self/mountinfo": unified, "/proc/vmstat": "oom_kill 9\n",
            "/sys/fs/cgroup/memory.events": "low 0\nhigh 0\nmax 51\noom 4\noom_kill 3\noom_group_kill 0\n",
        ]
        #expect(kills(files) == 3)
        files["/proc/self/cgroup"] = "0::/a/b\n"
        files["/sys/fs/cgroup/a/b/memory.events"] = "oom_kill 1\n"
        #expect(kills(files) == 1)
    }

    @Test func killsOfAGroupOfTheFirstVersion() {
        let files = [
            "/proc/self/cgroup": firstGroups, "/proc/self/mountinfo": first, "/proc/vmstat": "oom_kill 9\n",
            "/sys/fs/cgroup/memory/memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n",
        ]
        #expect(kills(files) == 2)
    }

    /// The root of all groups has no counter, and neither has a kernel before 4.13.
    @Test func killsOfTheMachine() {
        let files = [
            "/proc/self/cgroup": "0::/\n", "/proc/self/mountinfo": unified, "/proc/vmstat": "nr_free 1\noom_kill 9\n",
        ]
        #expect(kills(files) == 9)
        #expect(kills([:]) == nil)
        #expect(kills(["/proc/vmstat": "nr_free 1\n"]) == nil)
    }
}
