/// What routes see of the server as a whole, and can do to it.
struct Operation {
    /// Whether the server is about to end.
    let isDraining: () -> Bool
    /// How many clients are connected.
    let connectionCount: () -> Int
    /// Ends the server.
    let shutDown: () -> Void
}
