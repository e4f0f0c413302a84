public import EventLoop

/// Takes the body of a request piece by piece, so that the server never holds all of it. Called on the loop.
public protocol BodyReceiver: AnyObject {
    /// The body begins to arrive; `intake` is how the receiver slows it down or refuses it.
    func began(_ intake: BodyIntake)

    /// The next piece, which belongs to the receiver from now on.
    ///
    /// - Returns: whether there may be more at once; if not, nothing more is read until ``BodyIntake/resume()``.
    func received(_ piece: Buffer) -> Bool

    /// That was all. The request goes to its handler.
    func ended()

    /// The rest will not come: the client has gone or was refused. Nothing follows.
    func abandoned()
}

/// The arrival of one body, as its receiver sees it.
public final class BodyIntake {
    private weak var connection: Connection?

    init(on connection: Connection) {
        self.connection = connection
    }

    /// Lets the client send on.
    public func resume() {
        connection?.resumeBody(of: self)
    }

    /// Answers the request before its body is complete; the rest of it is not wanted. Does nothing once it is complete.
    public func refuse(_ response: Response) {
        connection?.refuseBody(of: self, response)
    }
}

@available(*, unavailable)
extension BodyIntake: Sendable {}
