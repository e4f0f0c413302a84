internal import JSON

/// A request of Vertex AI or KServe's V1 protocol, `{"instances": […]}`, where each instance is the input of a
/// prediction.
///
/// An instance that isn't an object is the value of the model's only input, or of its only required one. A file may be
/// `{"b64": "…"}`.
public struct InstancesRequest: Sendable {
    /// The platform that the request belongs to.
    public enum Form: Sendable {
        /// With `parameters`, which provide inputs for every instance that doesn't have them itself.
        case vertex
        case kServe
    }

    /// The inputs, one for each instance. If the body doesn't contain one in the required form, it is assembled on
    /// access.
    public var inputs: LazyMapSequence<Range<Int>, InputText> {
        instances.indices.lazy.map { [self] in input(of: instances[$0]) }
    }

    private var instances: [JSONValue] = []
    private var parameters: [(name: String, value: JSONValue)] = []
    private let signature: ModelSignature?

    /// Reads a body, which must stay unchanged while `owner` lives.
    ///
    /// - Throws: ``PlatformError``, which names what is invalid.
    public init(
        reading body: UnsafeRawBufferPointer, owner: AnyObject, as form: Form, signature: ModelSignature?
    ) throws(PlatformError) {
        self.signature = signature
        let root = try BodyText.root(of: body, owner: owner)
        guard root.kind == .object, let given = root["instances"] else {
            throw PlatformError(#"The body must be a JSON object with the member `instances`: {"instances": [{…}]}"#)
        }
        guard given.kind == .array else { throw PlatformError("`instances` must be a list") }
        guard given.count <= InputText.limit else {
            throw PlatformError("`instances` has more than \(InputText.limit) entries. Send them in several requests")
        }
        if form == .vertex, let given = root["parameters"], given.kind != .null {
            guard given.kind == .object else { throw PlatformError("`parameters` must be an object") }
            given.forEachMember { parameters.append(($0, $1)) }
        }
        try given.forEachElement { (instance) throws(PlatformError) in
            guard !isNameless(instance) || signature?.soleInput != nil else { throw nameless }
            instances.append(instance)
        }
    }

    /// The position of an instance in the request, for messages.
    public static func place(of index: Int) -> String { "instances[\(index)]" }

    // MARK: - Instances

    private func input(of instance: JSONValue) -> InputText {
        var members: [(name: String, value: JSONValue)] = []
        if isNameless(instance) {
            // There is one, which was checked when the request was read.
            let name = signature?.soleInput?.name ?? ""
            members = [(name, instance)] + parameters.filter { ExactString($0.name) != ExactString(name) }
            return .text(object(members))
        }
        let added = parameters.filter { instance[$0.name] == nil }
        guard !added.isEmpty || hasFiles(instance) else { return .part(instance.range) }
        instance.forEachMember { members.append(($0, $1)) }
        return .text(object(members + added))
    }

    /// Whether an instance is the value of a single input instead of an object with all inputs.
    private func isNameless(_ instance: JSONValue) -> Bool { instance.kind != .object || isFileAlone(instance) }

    /// Why an instance can't be the value of a single input.
    private var nameless: PlatformError {
        let names = signature.map { "; the model's are \($0.names)" } ?? ""
        let place = Self.place(of: instances.count)
        return PlatformError("\(place) must be an object with the inputs by their names\(names)")
    }

    // MARK: - Files

    private func hasFiles(_ instance: JSONValue) -> Bool {
        signature?.inputs.contains { input in
            instance[input.name].map { Self.hasFiles($0, input.kind) } ?? false
        } ?? false
    }

    private static func hasFiles(_ value: JSONValue, _ kind: ModelSignature.Kind) -> Bool {
        switch kind {
        case .file: base64(in: value) != nil
        case .list(let element): value.kind == .array && value.elements.contains { hasFiles($0, element) }
        default: false
        }
    }

    /// Whether an instance is just a file, as TensorFlow Serving writes it: `{"b64": "…"}`.
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

    private func object(_ members: [(name: String, value: JSONValue)]) -> [UInt8] {
        var text: [UInt8] = [UInt8(ascii: "{")]
        for (name, value) in members {
            if text.count > 1 { text.append(UInt8(ascii: ",")) }
            appendJSONString(name, to: &text)
            text.append(UInt8(ascii: ":"))
            Self.append(value, signature?.input(name)?.kind ?? .json, to: &text)
        }
        text.append(UInt8(ascii: "}"))
        return text
    }

    /// Appends a value with its files converted to URLs.
    private static func append(_ value: JSONValue, _ kind: ModelSignature.Kind, to text: inout [UInt8]) {
        if kind == .file, let data = base64(in: value) {
            FileText.append(base64: data, type: FileText.unknownType, to: &text)
        } else if case .list(let element) = kind, hasFiles(value, kind) {
            text.append(UInt8(ascii: "["))
            for (index, one) in value.elements.enumerated() {
                if index > 0 { text.append(UInt8(ascii: ",")) }
                append(one, element, to: &text)
            }
            text.append(UInt8(ascii: "]"))
        } else {
            value.writeAsRead(to: &text)
        }
    }
}
