import JSON

/// Merges two JSON documents: the contents of the first are kept, and what only the second has is added.
enum DocumentMerge {
    /// Appends the merged document as compact JSON with sorted names. Objects are merged member by member; for anything
    /// else, the first counts.
    static func append(_ first: JSONValue, _ second: JSONValue, to output: inout [UInt8]) {
        guard first.kind == .object, second.kind == .object else {
            first.write(to: &output, sortedKeys: true)
            return
        }
        var members: [ExactString: (first: JSONValue?, second: JSONValue?)] = [:]
        first.forEachMember { name, value in members[ExactString(name)] = (value, nil) }
        second.forEachMember { name, value in members[ExactString(name), default: (nil, nil)].second = value }
        output.append(UInt8(ascii: "{"))
        for (index, member) in members.sorted(by: { $0.key < $1.key }).enumerated() {
            if index > 0 { output.append(UInt8(ascii: ",")) }
            appendJSONString(member.key.text, to: &output)
            output.append(UInt8(ascii: ":"))
            switch member.value {
            case (let first?, let second?): append(first, second, to: &output)
            case (let value?, nil), (nil, let value?): value.write(to: &output, sortedKeys: true)
            case (nil, nil): break
            }
        }
        output.append(UInt8(ascii: "}"))
    }
}
