import JSON

/// What clients of Replicate's API call the model of each prediction, as long as results are kept.
struct ReplicateNames {
    /// What a model is called.
    struct Name: Equatable {
        var model = "local/model"
        var version = "local"

        /// A name from a request: `version` is `VERSION`, `OWNER/NAME` or `OWNER/NAME:VERSION`, `model` is what its path says.
        init(model: String? = nil, version: String? = nil) {
            var version = version ?? ""
            if version.utf8.contains(UInt8(ascii: "/")) {
                let parts = version.split(separator: ":", maxSplits: 1).map(String.init)
                self.model = parts[0]
                version = parts.count > 1 ? parts[1] : ""
            }
            if let model { self.model = model }
            if !version.isEmpty { self.version = version }
        }
    }

    private let limit: Int
    private var names: [ExactString: Name] = [:]
    private var order: [ExactString] = []

    /// Remembers the names of the last `limit` predictions.
    init(limit: Int) {
        self.limit = limit
    }

    /// The name for a prediction; the usual one for those that are not remembered.
    subscript(id: String) -> Name { names[ExactString(id)] ?? Name() }

    /// A prediction was begun.
    mutating func began(_ id: String, _ name: Name) {
        let id = ExactString(id)
        if names.updateValue(name, forKey: id) == nil { order.append(id) }
        // In one go, so that it costs little for each.
        guard order.count >= 2 * limit else { return }
        for old in order.prefix(limit) { names[old] = nil }
        order.removeFirst(limit)
    }
}
