internal import CLibuv

/// A failure in this module that was caused from outside the program.
public enum EventLoopError: Error, Equatable, Sendable {
    /// A libuv function failed; `code` is its negative status, `function` its name.
    case libuv(_ code: Int32, in: String)
    /// A host name or address literal could not be resolved.
    case cannotResolve(host: String, code: Int32)
    /// An address exists, but the server can't listen on it.
    case cannotListen(host: String, port: Int, code: Int32)
    /// A program could not be started.
    case cannotStart(executable: String, code: Int32)

    /// The negative system or libuv code that caused this.
    public var code: Int32 {
        switch self {
        case .libuv(let code, in: _): code
        case .cannotResolve(host: _, let code): code
        case .cannotListen(host: _, port: _, let code): code
        case .cannotStart(executable: _, let code): code
        }
    }
}

extension EventLoopError: CustomStringConvertible {
    /// The failure as one sentence that is fit to print.
    public var description: String {
        switch self {
        case .libuv(let code, let function):
            "\(function) failed: \(Self.text(of: code))"
        case .cannotResolve(let host, let code):
            "cannot find an address for host \"\(host)\": \(Self.text(of: code))"
        case .cannotListen(let host, let port, let code):
            "cannot listen on \(host) port \(port): \(Self.text(of: code))"
        case .cannotStart(let executable, let code):
            "cannot start \(executable): \(Self.text(of: code))"
        }
    }

    private static func text(of code: Int32) -> String {
        String(cString: uv_strerror(code))
    }
}
