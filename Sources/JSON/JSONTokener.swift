internal import CJSON
import Synchronization

/// json-c's parser, kept for the next text: making one costs more than a small text takes to read.
enum JSONTokener {
    /// Guarded by its lock; the server is one thread, so nobody waits for it but tests.
    private struct Kept: @unchecked Sendable {
        var tokener: UnsafeMutablePointer<json_tokener>?
        var depthLimit = 0
    }

    private static let kept = Mutex(Kept())

    /// Builds the values of `text`, whose tokens have been checked. The caller owns the result.
    static func parse(_ text: UnsafeRawBufferPointer, depthLimit: Int) throws(JSONError) -> OpaquePointer? {
        guard text.count <= Int(Int32.max) else { throw JSONError("text too long", at: 0, in: text) }
        let outcome = kept.withLock { kept in
            if kept.tokener == nil || kept.depthLimit != depthLimit {
                if let old = kept.tokener { json_tokener_free(old) }
                kept.tokener = json_tokener_new_ex(Int32(depthLimit + 1))
                kept.depthLimit = depthLimit
                json_tokener_set_flags(kept.tokener, JSON_TOKENER_STRICT)
            }
            return run(kept.tokener!, text)
        }
        return try outcome.get().pointer
    }

    private struct Object: @unchecked Sendable {
        let pointer: OpaquePointer?
    }

    private static func run(
        _ tokener: UnsafeMutablePointer<json_tokener>, _ text: UnsafeRawBufferPointer
    ) -> Result<Object, JSONError> {
        json_tokener_reset(tokener)
        let bytes = text.baseAddress!.assumingMemoryBound(to: CChar.self)
        var object = json_tokener_parse_ex(tokener, bytes, Int32(text.count))
        var status = json_tokener_get_error(tokener)
        if status == json_tokener_continue {
            // A number at the very end could go on: a NUL says that it doesn't.
            object = json_tokener_parse_ex(tokener, "", 1)
            status = json_tokener_get_error(tokener)
            if status == json_tokener_continue {
                return .failure(JSONError("EOF while parsing a value", at: text.count, in: text))
            }
        }
        let end = json_tokener_get_parse_end(tokener)
        switch status {
        case json_tokener_success:
            return .success(Object(pointer: object))
        case json_tokener_error_parse_eof:
            return .failure(JSONError("EOF while parsing a value", at: text.count, in: text))
        case json_tokener_error_depth:
            return .failure(JSONError("recursion limit exceeded", at: end + 1, in: text))
        case json_tokener_error_parse_object_key_name:
            return .failure(JSONError("key must be a string", at: end + 1, in: text))
        case json_tokener_error_parse_object_key_sep:
            return .failure(JSONError("expected `:`", at: end + 1, in: text))
        case json_tokener_error_parse_object_value_sep:
            return .failure(JSONError("expected `,` or `}`", at: end + 1, in: text))
        case json_tokener_error_parse_array:
            return .failure(JSONError("expected `,` or `]`", at: end + 1, in: text))
        default:
            return .failure(JSONError("expected value", at: end + 1, in: text))
        }
    }
}
