import JSON

/// What the server tells the worker of a prediction besides the request's own text.
enum WorkerRequest {
    /// The JSON object, or nothing when there is nothing to tell, which is the usual case. See python/cog/_worker/requests.py.
    static func meta(
        context: [(key: String, value: String)], files: [(pointer: String, path: String)], unknown: [String],
        isFollowed: Bool, hasStrings: Bool, trace: [(name: String, value: String)]
    ) -> [UInt8] {
        var members: [(name: StaticString, value: [UInt8])] = []
        if !context.isEmpty { members.append(("context", object(context.map { ($0.key, $0.value) }))) }
        if !files.isEmpty { members.append(("files", object(files.map { ($0.pointer, $0.path) }))) }
        if !unknown.isEmpty {
            var list: [UInt8] = []
            for (index, name) in unknown.enumerated() {
                list.append(UInt8(ascii: index == 0 ? "[" : ","))
                appendJSONString(name, to: &list)
            }
            members.append(("unknown", list + Array("]".utf8)))
        }
        if isFollowed { members.append(("events", Array("true".utf8))) }
        if hasStrings { members.append(("placeholder", string(JSONDocument.placeholder))) }
        if !trace.isEmpty { members.append(("trace", object(trace.map { ($0.name, $0.value) }))) }
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

    private static func string(_ text: String) -> [UInt8] {
        var output: [UInt8] = []
        appendJSONString(text, to: &output)
        return output
    }

    private static func object(_ members: [(String, String)]) -> [UInt8] {
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
