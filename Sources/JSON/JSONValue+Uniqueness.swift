extension JSONValue {
    /// Whether no two elements of an array have the same text, ignoring the order of members.
    ///
    /// Takes at most 11 bytes per element; the texts of that many different elements are longer than that.
    public var hasUniqueElements: Bool {
        guard kind == .array else { return true }
        var table = TextTable(document)
        var isUnique = true
        document.walk(start) { element in
            isUnique = table.insert(element)
            return isUnique ? document.valueEnd(element) : nil
        }
        return isUnique
    }
}

/// An open hash table of a document's values, keyed by their text.
private struct TextTable {
    private let document: JSONDocument
    /// The starts of the values, plus one.
    private var slots: [UInt32] = Array(repeating: 0, count: 64)
    private var count = 0

    init(_ document: JSONDocument) {
        self.document = document
    }

    /// Inserts a value. Returns false if an equal one is already there.
    mutating func insert(_ start: Int) -> Bool {
        let text = text(start)
        let slot = slot(of: text)
        guard slots[slot] == 0 else { return false }
        slots[slot] = UInt32(start + 1)
        count += 1
        if count * 4 > slots.count * 3 {
            let old = slots
            slots = Array(repeating: 0, count: old.count * 2)
            for entry in old where entry != 0 { slots[self.slot(of: self.text(Int(entry) - 1))] = entry }
        }
        return true
    }

    private func text(_ start: Int) -> [UInt8] {
        var text: [UInt8] = []
        JSONValue(in: document, from: start).write(to: &text, sortedKeys: true)
        return text
    }

    private func slot(of text: [UInt8]) -> Int {
        var hasher = Hasher()
        hasher.combine(text)
        var slot = hasher.finalize() & (slots.count - 1)
        while slots[slot] != 0, self.text(Int(slots[slot]) - 1) != text { slot = (slot + 1) & (slots.count - 1) }
        return slot
    }
}
