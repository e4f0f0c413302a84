internal import JSON
internal import WorkerProtocol

/// What the server tells the worker about a prediction in addition to the request's own text.
enum RequestMeta {
    /// The JSON object, or nothing if there is nothing to tell, which is the usual case. See
    /// python/cog/_worker/requests.py.
    static func text(
        context: JSONValue?, files: [(pointer: String, path: String)], isFollowed: Bool,
        trace: [(name: String, value: String)]?, isTimed: Bool
    ) -> [UInt8] {
        var members: [(name: StaticString, value: [UInt8])] = []
        if let context {
            var text: [UInt8] = []
            context.writeAsRead(to: &text)
            members.append((MetaKey.context, text))
        }
        if !files.isEmpty { members.append((MetaKey.files, object(files.map { ($0.pointer, $0.path) }))) }
        if isFollowed { members.append((MetaKey.events, Array("true".utf8))) }
        if let trace { members.append((MetaKey.trace, object(trace.map { ($0.name, $0.value) }))) }
        if isTimed { members.append((MetaKey.times, Array("true".utf8))) }
        guard !members.isEmpty else { return [] }
        var meta: [UInt8] = []
        for (index, member) in members.enumerated() {
            meta.append(UInt8(ascii: index == 0 ? "{" : ","))
            meta.append(UInt8(ascii: "\""))
            meta.append(member.name)
            meta.append(contentsOf: #"":"#.utf8)
            meta.append(contentsOf: member.value)
        }
        meta.append(UInt8(ascii: "}"))
        return meta
    }

    private static func object(_ members: [(String, String)]) -> [UInt8] {
        guard !members.isEmpty else { return Array("{}".utf8) }
        var output: [UInt8] = []
        for (index, member) in members.enumerated() {
            output.append(UInt8(ascii: index == 0 ? "{" : ","))
            appendJSONString(member.0, to: &output)
            output.append(UInt8(ascii: ":"))
            appendJSONString(member.1, to: &output)
        }
        output.append(UInt8(ascii: "}"))
        return output
    }
}

extension [UInt8] {
    /// Appends a literal without creating a String.
    fileprivate mutating func append(_ literal: StaticString) {
        append(contentsOf: UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount))
    }
}
