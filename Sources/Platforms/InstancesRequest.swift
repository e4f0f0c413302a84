internal import JSON

/// A request of Vertex AI or of KServe's first protocol: `{"instances": […]}`, where each instance is the input of a prediction.
///
/// An instance that is no object is the model's only input, or its only required one. A file may be `{"b64": "…"}`.
public struct InstancesRequest: Sendable {
    /// Whose request it is.
    public enum Form: Sendable {
        /// With `parameters`, which are inputs of every instance that doesn't have them itself.
        case vertex
        case kServe
    }

    /// The inputs, one for each instance.
    public private(set) var inputs: [InputText] = []

    private var parameters: [(name: String, value: JSONValue)] = []
    private let signature: ModelSignature?

    /// Reads a body, which stays where it is as long as `owner` lives.
    ///
    /// - Throws: ``PlatformError`` naming what can't be used.
    public init(
        reading body: UnsafeRawBufferPointer, owner: AnyObject, as form: Form, signature: ModelSignature?
    ) throws(PlatformError) {
        self.signature = signature
        let root: JSONValue
        do throws(JSONError) {
            root = try JSONDocument(parsing: body, owner: owner).root
        } catch {
            throw PlatformError(error)
        }
        guard root.kind == .object, let instances = root["instances"] else {
            throw PlatformError(#"The body must be a JSON object with the member `instances`: {"instances": [{…}]}"#)
        }
        guard instances.kind == .array else { throw PlatformError("`instances` must be a list") }
        guard instances.count <= InputText.limit else {
            throw PlatformError("`instances` has more than \(InputText.limit) entries. Send them in several requests")
        }
        if form == .vertex, let given = root["parameters"], given.kind != .null {
            guard given.kind == .object else { throw PlatformError("`parameters` must be an object") }
            given.forEachMember { parameters.append(($0, $1)) }
        }
        var bytes = 0
        try instances.forEachElement { (instance) throws(PlatformError) in
            let input = try input(of: instance)
            if case .text(let text) = input { bytes += text.count }
            guard bytes <= InputText.limitBytes else { throw InputText.tooLarge }
            inputs.append(input)
        }
    }

    /// Where an instance stands in the request, for messages.
    public static func place(of index: Int) -> String { "instances[\(index)]" }

    // MARK: - Instances

    private func input(of instance: JSONValue) throws(PlatformError) -> InputText {
        guard instance.kind == .object, !isFileAlone(instance) else { return .text(try input(of: nameless(instance))) }
        let added = parameters.filter { instance[$0.name] == nil }
        let files = signature?.inputs.filter { $0.kind == .file && Self.base64(in: instance[$0.name]) != nil } ?? []
        guard !added.isEmpty || !files.isEmpty else { return .part(instance.range) }
        var members: [(name: String, value: JSONValue)] = []
        instance.forEachMember { members.append(($0, $1)) }
        return .text(Self.object(members + added, files: Set(files.map { ExactString($0.name) })))
    }

    /// What an instance without names is the value of.
    private func nameless(_ instance: JSONValue) throws(PlatformError) -> (
        input: ModelSignature.Input, value: JSONValue
    ) {
        if let input = signature?.soleInput { return (input, instance) }
        let names = signature.map { "; the model's are \($0.names)" } ?? ""
        let place = Self.place(of: inputs.count)
        throw PlatformError("\(place) must be an object with the inputs by their names\(names)")
    }

    private func input(of nameless: (input: ModelSignature.Input, value: JSONValue)) -> [UInt8] {
        let name = ExactString(nameless.input.name)
        let added = parameters.filter { ExactString($0.name) != name }
        let isFile = nameless.input.kind == .file && Self.base64(in: nameless.value) != nil
        return Self.object([(name.text, nameless.value)] + added, files: isFile ? [name] : [])
    }

    /// Whether an instance is a file by itself, as TensorFlow Serving writes it: `{"b64": "…"}`.
    private func isFileAlone(_ instance: JSONValue) -> Bool {
        guard let signature, signature.soleInput?.kind == .file, Self.base64(in: instance) != nil else { return false }
        return signature.input("b64") == nil
    }

    private static func base64(in value: JSONValue?) -> JSONValue? {
        guard let value, value.kind == .object, let data = value["b64"], data.kind == .string, value.count == 1 else {
            return nil
        }
        return data
    }

    private static func object(_ members: [(name: String, value: JSONValue)], files: Set<ExactString>) -> [UInt8] {
        var text: [UInt8] = [UInt8(ascii: "{")]
        for (name, value) in members {
            if text.count > 1 { text.append(UInt8(ascii: ",")) }
            appendJSONString(name, to: &text)
            text.append(UInt8(ascii: ":"))
            if files.contains(ExactString(name)), let data = base64(in: value) {
                FileText.append(base64: data, type: FileText.unknownType, to: &text)
            } else {
                value.writeAsRead(to: &text)
            }
        }
        text.append(UInt8(ascii: "}"))
        return text
    }
}
