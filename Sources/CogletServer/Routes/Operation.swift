/// The routes' view of the server as a whole, and what they can do to it.
struct Operation {
    /// Whether the server is about to exit.
    let isDraining: () -> Bool
    /// The number of connected clients.
    let connectionCount: () -> Int
    /// Ends the server.
    let shutDown: () -> Void
}
