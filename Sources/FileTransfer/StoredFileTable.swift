/// Decides which files that clients have stored are kept: the oldest ones go when there are too many or too many bytes, and
/// each one goes when its time is over.
///
/// A value without I/O and without a clock; times only go forward.
struct StoredFileTable {
    private struct Entry {
        let id: String
        let bytes: Int
        let expiresAt: Duration
    }

    private let countLimit: Int
    private let limitBytes: Int
    /// How long a file is kept.
    let lifetime: Duration
    /// The oldest one first, which is also the first to expire.
    private var entries: [Entry] = []
    /// What the files have that are kept.
    private(set) var bytes = 0
    /// What the files have that are still arriving. They have a room of their own, as large as the others', so that one that
    /// is given up has cost no other file its place.
    private(set) var arrivingBytes = 0

    /// A table without files.
    init(countLimit: Int, limitBytes: Int, lifetime: Duration) {
        self.countLimit = countLimit
        self.limitBytes = limitBytes
        self.lifetime = lifetime
    }

    /// When the next file expires; nil without files.
    var nextDeadline: Duration? { entries.first?.expiresAt }

    /// So many bytes more of a file have arrived.
    ///
    /// - Returns: whether there is room for them.
    mutating func arrived(_ count: Int) -> Bool {
        arrivingBytes += count
        return arrivingBytes <= limitBytes
    }

    /// An arriving file that has so many bytes so far is not kept.
    mutating func givenUp(_ count: Int) {
        arrivingBytes -= count
    }

    /// A file that has arrived is kept. Its bytes were counted by ``arrived(_:)``.
    ///
    /// - Returns: the files that must go.
    mutating func kept(_ id: String, bytes: Int, at now: Duration) -> [String] {
        arrivingBytes -= bytes
        self.bytes += bytes
        entries.append(Entry(id: id, bytes: bytes, expiresAt: now + lifetime))
        return removeOldest { $0.entries.count > $0.countLimit || $0.bytes > $0.limitBytes }
    }

    /// A client has removed a file.
    mutating func removed(_ id: String) {
        guard let index = entries.firstIndex(where: { $0.id == id }) else { return }
        bytes -= entries.remove(at: index).bytes
    }

    /// Time has passed.
    ///
    /// - Returns: the files that have expired.
    mutating func deadlinePassed(at now: Duration) -> [String] {
        removeOldest { ($0.nextDeadline ?? .zero) <= now }
    }

    private mutating func removeOldest(while condition: (StoredFileTable) -> Bool) -> [String] {
        var removed: [String] = []
        while !entries.isEmpty, condition(self) {
            let entry = entries.removeFirst()
            bytes -= entry.bytes
            removed.append(entry.id)
        }
        return removed
    }
}
