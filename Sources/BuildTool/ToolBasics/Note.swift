/// Something a person should know about a project or a build, printed before anything is done.
package enum Note: Equatable, Sendable {
    case info(String)
    case warning(String)
}
