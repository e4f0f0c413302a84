import JSON

/// The names that Replicate's clients use for the model of each prediction, kept as long as results are.
struct ReplicateNames {
    /// The name of a model.
    struct Name: Equatable {
        var model = "local/model"
        var version = "local"

        /// A name from a request: `version` is `VERSION`, `OWNER/NAME`, or `OWNER/NAME:VERSION`; `model` comes from the
        /// path.
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

    /// Keeps the names of the last `limit` predictions.
    init(limit: Int) {
        self.limit = limit
    }

    /// The name for a prediction; the default one if none is kept.
    subscript(id: String) -> Name { names[ExactString(id)] ?? Name() }

    /// A prediction was started.
    mutating func began(_ id: String, _ name: Name) {
        let id = ExactString(id)
        if names.updateValue(name, forKey: id) == nil { order.append(id) }
        // Remove many at once, so that the cost for each is low.
        guard order.count >= 2 * limit else { return }
        for old in order.prefix(limit) { names[old] = nil }
        order.removeFirst(limit)
    }
}
