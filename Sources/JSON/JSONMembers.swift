/// The members of an object: each name once, in the order of first appearance, with its last value.
///
/// Takes about 15 bytes per member; in a large object, even the shortest member is no smaller.
struct JSONMembers {
    private static let smallCount = 8

    /// Where the keys start. A text has less than 2^31 bytes.
    private(set) var keys: [UInt32] = []
    /// An open hash table of key numbers plus one; only used for many keys.
    private var table: [UInt32] = []
    private let document: JSONDocument

    init(of object: Int, in document: JSONDocument) {
        self.document = document
        document.walkMembers(object) { key, _, _ in
            add(key)
            return true
        }
        table = []
    }

    private mutating func add(_ key: Int) {
        if keys.count <= Self.smallCount {
            if let index = keys.firstIndex(where: { isSame(Int($0), key) }) {
                keys[index] = UInt32(key)
                return
            }
            keys.append(UInt32(key))
            if keys.count > Self.smallCount { grow() }
            return
        }
        let slot = slot(of: key)
        if table[slot] != 0 {
            keys[Int(table[slot]) - 1] = UInt32(key)
            return
        }
        keys.append(UInt32(key))
        table[slot] = UInt32(keys.count)
        if keys.count * 4 > table.count * 3 { grow() }
    }

    private mutating func grow() {
        table = Array(repeating: 0, count: max(64, table.count * 2))
        for (index, key) in keys.enumerated() { table[slot(of: Int(key))] = UInt32(index + 1) }
    }

    /// Where the table holds a key, or has room for it.
    private func slot(of key: Int) -> Int {
        var hasher = Hasher()  // Randomly seeded, so nobody can craft colliding keys.
        document.withString(key) { hasher.combine(bytes: $0) }
        var slot = hasher.finalize() & (table.count - 1)
        while table[slot] != 0, !isSame(Int(keys[Int(table[slot]) - 1]), key) { slot = (slot + 1) & (table.count - 1) }
        return slot
    }

    private func isSame(_ left: Int, _ right: Int) -> Bool {
        document.withString(left) { left in document.withString(right) { left.elementsEqual($0) } }
    }
}
