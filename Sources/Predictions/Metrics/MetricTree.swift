public import JSON

/// The metrics that a prediction has recorded, as the tree that clients see.
///
/// The worker has checked names, modes, and types. Dots in a name create nested objects; values that conflict with a
/// name are replaced. At every depth, members are sorted by their names' code points, as clients expect.
public struct MetricTree {
    private enum Node {
        case integer(Int)
        case number(Double)
        case text([UInt8])
        case array([[UInt8]])
        case object([(name: String, node: Node)])
    }

    private var root: [(name: String, node: Node)] = []

    /// Makes an empty tree.
    public init() {}

    /// Applies a value that the model has recorded.
    ///
    /// - Parameters:
    ///   - mode: `replace` (null deletes), `increment` (integers that exceed 64 bits become floats), or `append`.
    ///   - name: segments separated by dots.
    ///   - value: any JSON value.
    public mutating func apply(mode: String, name: String, value: JSONValue) {
        let path = name.split(separator: ".").map(String.init)[...]
        if mode == "replace", value.kind == .null {
            Self.delete(path, in: &root)
            return
        }
        Self.update(path, in: &root) { node in
            switch mode {
            case "increment": node = Self.sum(node, value)
            case "append": Self.append(value, to: &node)
            default: node = Self.node(value)
            }
        }
    }

    /// Appends the metrics as a JSON object, adding `predictTime` as `predict_time` in seconds.
    public func write(to output: inout [UInt8], predictTime: Duration?) {
        guard let predictTime else {
            Self.write(.object(root), to: &output)
            return
        }
        let (seconds, attoseconds) = predictTime.components
        let number = Double(seconds) + Double(attoseconds / 1_000_000_000) / 1e9
        guard !root.isEmpty else {
            // Most predictions have no other metric.
            output.append(#"{"predict_time":"#)
            appendJSONNumber(number, to: &output)
            output.append("}")
            return
        }
        var members = root
        members.removeAll { $0.name == "predict_time" }
        members.append(("predict_time", .number(number)))
        Self.write(.object(members), to: &output)
    }

    /// Whether no metric is recorded.
    public var isEmpty: Bool { root.isEmpty }

    /// Calls `body` with every value and its full name; nil stands for a value that isn't a number.
    public func forEachNumber(_ body: (_ name: String, _ value: Double?) -> Void) {
        Self.forEachNumber(in: root, below: "", body)
    }

    private static func forEachNumber(
        in members: [(name: String, node: Node)], below prefix: String, _ body: (String, Double?) -> Void
    ) {
        for (name, node) in members {
            switch node {
            case .integer(let value): body(prefix + name, Double(value))
            case .number(let value): body(prefix + name, value)
            case .object(let inner): forEachNumber(in: inner, below: prefix + name + ".", body)
            case .text, .array: body(prefix + name, nil)
            }
        }
    }

    // MARK: - Nodes

    private static func node(_ value: JSONValue) -> Node {
        switch value.kind {
        case .integer: return value.int.map(Node.integer) ?? .number(value.double ?? 0)
        case .number: return .number(value.double ?? 0)
        case .object:
            var members: [(name: String, node: Node)] = []
            value.forEachMember { members.append(($0, node($1))) }
            return .object(members)
        case .array: return .array(value.elements.map(text))
        default: return .text(text(value))
        }
    }

    private static func text(_ value: JSONValue) -> [UInt8] {
        var text: [UInt8] = []
        value.write(to: &text)
        return text
    }

    private static func sum(_ old: Node?, _ value: JSONValue) -> Node {
        switch old {
        case .integer(let left):
            guard let right = value.int else { return .number(Double(left) + (value.double ?? 0)) }
            let (sum, overflows) = left.addingReportingOverflow(right)
            return overflows ? .number(Double(left) + Double(right)) : .integer(sum)
        case .number(let left): return .number(left + (value.double ?? 0))
        default: return node(value)
        }
    }

    private static func append(_ value: JSONValue, to node: inout Node?) {
        guard let old = node else {
            node = .array([text(value)])
            return
        }
        // Emptied first, so that the array grows in place instead of being copied.
        node = nil
        switch consume old {
        case .array(var elements):
            elements.append(text(value))
            node = .array(elements)
        case let single:
            var first: [UInt8] = []
            write(single, to: &first)
            node = .array([first, text(value)])
        }
    }

    private static func update(
        _ path: ArraySlice<String>, in members: inout [(name: String, node: Node)], _ change: (inout Node?) -> Void
    ) {
        guard let name = path.first else { return }
        let rest = path.dropFirst()
        let index = members.firstIndex { isSame($0.name, name) }
        var node: Node?
        if let index {
            node = members[index].node
            members[index].node = .integer(0)  // Taken out, so that it changes in place.
        }
        if rest.isEmpty {
            change(&node)
        } else {
            var inner: [(name: String, node: Node)] = []
            if case .object(let existing) = node { inner = existing }
            node = nil
            update(rest, in: &inner, change)
            node = .object(inner)
        }
        guard let node else { return }
        if let index { members[index].node = node } else { members.append((name, node)) }
    }

    private static func delete(_ path: ArraySlice<String>, in members: inout [(name: String, node: Node)]) {
        guard let name = path.first, let index = members.firstIndex(where: { isSame($0.name, name) }) else { return }
        if path.count == 1 {
            members.remove(at: index)
        } else if case .object(var inner) = members[index].node {
            delete(path.dropFirst(), in: &inner)
            members[index].node = .object(inner)
        }
    }

    private static func isSame(_ left: String, _ right: String) -> Bool {
        ExactString(left) == ExactString(right)
    }

    private static func write(_ node: Node, to output: inout [UInt8]) {
        switch node {
        case .integer(let value): output.append(contentsOf: String(value).utf8)
        case .number(let value): appendJSONNumber(value, to: &output)
        case .text(let text): output.append(contentsOf: text)
        case .array(let elements):
            output.append("[")
            for (index, element) in elements.enumerated() {
                if index > 0 { output.append(",") }
                output.append(contentsOf: element)
            }
            output.append("]")
        case .object(let members):
            output.append("{")
            let sorted = members.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
            for (index, member) in sorted.enumerated() {
                if index > 0 { output.append(",") }
                appendJSONString(member.name, to: &output)
                output.append(":")
                write(member.node, to: &output)
            }
            output.append("}")
        }
    }
}

@available(*, unavailable)
extension MetricTree: Sendable {}
