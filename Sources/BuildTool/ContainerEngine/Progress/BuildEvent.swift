/// An event in the log of a build.
enum BuildEvent: Equatable, Sendable {
    /// A step has begun; `id` names it from then on.
    case began(String, name: String)
    /// A step has written a text, which need not be a whole line.
    case said(String, String)
    /// How much of an item of a step was transferred, in bytes.
    case moved(String, item: String, done: Double, total: Double)
    /// A step has ended; `error` is empty where it succeeded.
    case ended(String, seconds: Double, isCached: Bool, error: String)
}
