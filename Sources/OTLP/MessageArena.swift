internal import COTLP
internal import Telemetry

/// Owns the C structures of a message while it is being built, and frees them.
///
/// protobuf-c reads messages from structures that point to one another. Everything they point to lives here.
struct MessageArena: ~Copyable {
    private var blocks: [UnsafeMutableRawPointer] = []

    deinit {
        for block in blocks { block.deallocate() }
    }

    /// Makes a message that `initialize` fills with its defaults.
    mutating func make<Message>(
        _ initialize: (UnsafeMutablePointer<Message>?) -> Void, _ fill: (inout Message) -> Void = { _ in }
    ) -> UnsafeMutablePointer<Message>? {
        let message = UnsafeMutablePointer<Message>.allocate(capacity: 1)
        blocks.append(UnsafeMutableRawPointer(message))
        initialize(message)
        fill(&message.pointee)
        return message
    }

    /// An array with a fixed address; nil if it is empty.
    mutating func array<Value>(_ values: [Value]) -> UnsafeMutablePointer<Value>? {
        guard !values.isEmpty else { return nil }
        let array = UnsafeMutablePointer<Value>.allocate(capacity: values.count)
        blocks.append(UnsafeMutableRawPointer(array))
        array.initialize(from: values, count: values.count)
        return array
    }

    /// A C string. It can't contain NUL, which becomes U+FFFD.
    mutating func text(_ text: String) -> UnsafePointer<CChar>? {
        let bytes = text.utf8.contains(0) ? Array(text.replacing("\0", with: "\u{FFFD}").utf8) : Array(text.utf8)
        return array(bytes.map { CChar(bitPattern: $0) } + [0]).map { UnsafePointer($0) }
    }

    /// Bytes.
    mutating func bytes(_ bytes: [UInt8]) -> ProtobufCBinaryData {
        ProtobufCBinaryData(len: bytes.count, data: array(bytes))
    }

    /// Numbers as bytes, most significant first.
    mutating func bytes(_ numbers: UInt64...) -> ProtobufCBinaryData {
        bytes(numbers.flatMap { number in (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * UInt64($0))) } })
    }

    /// An attribute.
    mutating func attribute(_ attribute: Span.Attribute) -> UnsafeMutablePointer<Otlp__KeyValue>? {
        let key = text(attribute.name)
        let string: UnsafePointer<CChar>? = if case .text(let value) = attribute.value { text(value) } else { nil }
        let value = make(otlp__any_value__init) {
            switch attribute.value {
            case .text:
                $0.value_case = OTLP__ANY_VALUE__VALUE_STRING_VALUE
                $0.string_value = string
            case .number(let number):
                $0.value_case = OTLP__ANY_VALUE__VALUE_INT_VALUE
                $0.int_value = Int64(number)
            }
        }
        return make(otlp__key_value__init) {
            $0.key = key
            $0.value = value
        }
    }

    /// Attributes as a message refers to them.
    mutating func attributes(
        _ attributes: [Span.Attribute]
    ) -> (count: Int, UnsafeMutablePointer<UnsafeMutablePointer<Otlp__KeyValue>?>?) {
        (attributes.count, array(attributes.map { attribute($0) }))
    }

    /// A resource.
    mutating func resource(_ attributes: [Span.Attribute]) -> UnsafeMutablePointer<Otlp__Resource>? {
        let attributes = self.attributes(attributes)
        return make(otlp__resource__init) { ($0.n_attributes, $0.attributes) = attributes }
    }

    /// The instrumentation scope of the spans or the metrics.
    mutating func scope(version: String) -> UnsafeMutablePointer<Otlp__Scope>? {
        let (name, version) = (text("coglet"), text(version))
        return make(otlp__scope__init) {
            $0.name = name
            $0.version = version
        }
    }

    /// The encoded message. Its first member is the base that protobuf-c expects.
    static func packed<Message>(_ message: UnsafeMutablePointer<Message>?) -> [UInt8] {
        guard let message else { return [] }
        return UnsafeRawPointer(message).withMemoryRebound(to: ProtobufCMessage.self, capacity: 1) { base in
            [UInt8](unsafeUninitializedCapacity: protobuf_c_message_get_packed_size(base)) { buffer, count in
                count = protobuf_c_message_pack(base, buffer.baseAddress)
            }
        }
    }
}
