/// The version of this program, which is that of the SDK and the server it was made with (the file VERSION).
package enum ProgramVersion {
    /// For example `0.24.0`.
    package static let current = "0.24.0"
}
