/// The keys that allow using the server: the value of `COG_API_KEY`.
struct APIKeys: Sendable {
    private let keys: [[UInt8]]

    /// Parses comma-separated keys; nil if there are none.
    init?(reading text: String) {
        let isSpace: (UInt8) -> Bool = { $0 == UInt8(ascii: " ") || (9...13).contains($0) }
        keys = text.utf8.split(separator: UInt8(ascii: ",")).compactMap { entry in
            let key = entry.drop(while: isSpace).reversed().drop(while: isSpace).reversed()
            return key.isEmpty ? nil : Array(key)
        }
        if keys.isEmpty { return nil }
    }

    /// Whether this is one of the keys. The time this takes depends neither on how much of a key is right nor on which
    /// key it is.
    func contains(_ given: UnsafeRawBufferPointer) -> Bool {
        var isAny = false
        for key in keys {
            let isThis = Self.equal(key, given)
            isAny = isAny || isThis
        }
        return isAny
    }

    private static func equal(_ key: [UInt8], _ given: UnsafeRawBufferPointer) -> Bool {
        guard !given.isEmpty else { return false }
        var difference = key.count ^ given.count
        for index in key.indices {
            difference |= Int(key[index] ^ given[index % given.count])
        }
        return difference == 0
    }
}
