internal import CPCRE2

/// A regular expression of a schema, searched for anywhere in a string.
///
/// JSON Schema asks for ECMA-262 expressions. PCRE2 supports nearly all of them, including lookaround; `\d` and similar
/// classes match only ASCII, as in ECMA-262.
///
/// The compiled expression never changes, so any thread may use it.
final class SchemaPattern: @unchecked Sendable {
    /// The expression as written in the schema.
    let text: String
    private let code: OpaquePointer
    private let context: OpaquePointer
    /// Bounds the work of a search, so that no input can keep the server busy with an expensive expression.
    private static let matchLimit: UInt32 = 1_000_000

    /// Throws with PCRE2's message if the expression can't be used.
    init(_ text: String) throws(SchemaError) {
        self.text = text
        var status: Int32 = 0
        var offset = 0
        let options = PCRE2_UTF | PCRE2_DOLLAR_ENDONLY | PCRE2_ALT_BSUX
        var pattern = text
        let code = pattern.withUTF8 { pcre2_compile_8($0.baseAddress, $0.count, options, &status, &offset, nil) }
        guard let code else { throw .pattern(text, problem: Self.describe(status), offset: offset) }
        self.code = code
        context = pcre2_match_context_create_8(nil)
        pcre2_set_match_limit_8(context, Self.matchLimit)
    }

    deinit {
        pcre2_match_context_free_8(context)
        pcre2_code_free_8(code)
    }

    /// Whether the expression matches anywhere in `string`, which is UTF-8.
    func isFound(in string: UnsafeRawBufferPointer) -> Bool {
        let bytes = string.baseAddress?.assumingMemoryBound(to: UInt8.self)
        let match = pcre2_match_data_create_from_pattern_8(code, nil)
        defer { pcre2_match_data_free_8(match) }
        return pcre2_match_8(code, bytes, string.count, 0, PCRE2_NO_UTF_CHECK, match, context) >= 0
    }

    private static func describe(_ status: Int32) -> String {
        let message = [UInt8](unsafeUninitializedCapacity: 256) { buffer, count in
            count = max(0, Int(pcre2_get_error_message_8(status, buffer.baseAddress, buffer.count)))
        }
        return String(decoding: message, as: UTF8.self)
    }
}
