internal import JSON

/// A datatype of the Open Inference Protocol.
enum TensorDatatype: String, CaseIterable, Sendable {
    case bool = "BOOL"
    case uint8 = "UINT8"
    case uint16 = "UINT16"
    case uint32 = "UINT32"
    case uint64 = "UINT64"
    case int8 = "INT8"
    case int16 = "INT16"
    case int32 = "INT32"
    case int64 = "INT64"
    case float16 = "FP16"
    case bfloat16 = "BF16"
    case float32 = "FP32"
    case float64 = "FP64"
    case bytes = "BYTES"

    /// The kinds of elements.
    enum Family: Sendable {
        case boolean, integer, float, bytes
    }

    var family: Family {
        switch self {
        case .bool: .boolean
        case .uint8, .uint16, .uint32, .uint64, .int8, .int16, .int32, .int64: .integer
        case .float16, .bfloat16, .float32, .float64: .float
        case .bytes: .bytes
        }
    }

    /// The size of an element in binary data; nil if each one is preceded by its length.
    var size: Int? {
        switch self {
        case .bool, .uint8, .int8: 1
        case .uint16, .int16, .float16, .bfloat16: 2
        case .uint32, .int32, .float32: 4
        case .uint64, .int64, .float64: 8
        case .bytes: nil
        }
    }

    // MARK: - JSON

    /// Whether a JSON value can be an element.
    func accepts(_ value: JSONValue) -> Bool {
        switch self {
        case .bool: value.bool != nil
        case .bytes: value.kind == .string
        case .uint8: Self.fits(value, UInt8.self)
        case .uint16: Self.fits(value, UInt16.self)
        case .uint32: Self.fits(value, UInt32.self)
        case .uint64: Self.fits(value, UInt64.self)
        case .int8: Self.fits(value, Int8.self)
        case .int16: Self.fits(value, Int16.self)
        case .int32: Self.fits(value, Int32.self)
        case .int64: value.int != nil
        // The largest half is the only number that rounding in JSON could miss.
        case .float16: value.double.map { $0.magnitude <= 65_504 } ?? false
        case .bfloat16, .float32: value.double.map { Float($0).isFinite } ?? false
        case .float64: value.double != nil
        }
    }

    private static func fits<Width: FixedWidthInteger>(_ value: JSONValue, _ width: Width.Type) -> Bool {
        guard value.kind == .integer else { return false }
        return Width(value.text()) != nil
    }

    // MARK: - Binary

    /// Appends the element in `bytes`, which has ``size`` bytes, as JSON; false if JSON has no such number.
    func append(_ bytes: UnsafeRawBufferPointer, to text: inout [UInt8]) -> Bool {
        func load<Value: FixedWidthInteger>(_ type: Value.Type) -> Value {
            Value(littleEndian: bytes.loadUnaligned(as: Value.self))
        }
        switch self {
        case .bool: text.append(contentsOf: (bytes[0] == 0 ? "false" : "true").utf8)
        case .uint8: appendDecimal(load(UInt8.self), to: &text)
        case .uint16: appendDecimal(load(UInt16.self), to: &text)
        case .uint32: appendDecimal(load(UInt32.self), to: &text)
        case .uint64: appendDecimal(load(UInt64.self), to: &text)
        case .int8: appendDecimal(load(Int8.self), to: &text)
        case .int16: appendDecimal(load(Int16.self), to: &text)
        case .int32: appendDecimal(load(Int32.self), to: &text)
        case .int64: appendDecimal(load(Int64.self), to: &text)
        case .float16: return Self.append(Self.double(half: load(UInt16.self)), to: &text)
        case .bfloat16:
            return Self.append(Double(Float(bitPattern: UInt32(load(UInt16.self)) << 16)), to: &text)
        case .float32: return Self.append(Double(Float(bitPattern: load(UInt32.self))), to: &text)
        case .float64: return Self.append(Double(bitPattern: load(UInt64.self)), to: &text)
        case .bytes: preconditionFailure("elements of BYTES have no size of their own")
        }
        return true
    }

    private static func append(_ value: Double, to text: inout [UInt8]) -> Bool {
        guard value.isFinite else { return false }
        appendJSONNumber(value, to: &text)
        return true
    }

    /// Converts from IEEE 754 half precision, for which not every processor has an instruction.
    static func double(half bits: UInt16) -> Double {
        let fraction = Double(bits & 0x3FF) / 1024
        let exponent = Int(bits >> 10 & 0x1F)
        let magnitude =
            switch exponent {
            case 0: fraction * 0x1p-14
            case 31: fraction == 0 ? Double.infinity : .nan
            default: (1 + fraction) * Double(sign: .plus, exponent: exponent - 15, significand: 1)
            }
        return bits & 0x8000 == 0 ? magnitude : -magnitude
    }
}
