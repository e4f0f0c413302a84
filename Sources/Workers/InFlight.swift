public import Predictions

/// The unfinished predictions that were sent to one worker, in the order in which they were sent.
///
/// A worker knows them by tokens, which count up from 1. So a worker can't name a prediction that isn't its own, and
/// the last one that it has begun shows which of the others it has begun.
public struct InFlight {
    /// A prediction that the worker has.
    private struct Item {
        let token: UInt32
        let run: RunID
        /// The first token of its batch, or its own if there is none.
        var call: UInt32
    }

    private var items: [Item] = []
    /// The token of the prediction that was sent last; 0 for none.
    public private(set) var lastToken: UInt32 = 0

    /// Makes an empty list.
    public init() {}

    /// The number of predictions that the worker has.
    public var count: Int { items.count }

    /// The predictions that unattributed text belongs to: those of the running call, if there is exactly one.
    public var ownersOfText: [RunID] {
        guard let first = items.first, items.allSatisfy({ $0.call == first.call }) else { return [] }
        return items.map(\.run)
    }

    /// Adds a prediction and returns its token. Nil if the worker has used up all tokens and must be replaced.
    public mutating func sent(_ run: RunID) -> UInt32? {
        guard lastToken < .max else { return nil }
        lastToken += 1
        items.append(Item(token: lastToken, run: run, call: lastToken))
        return lastToken
    }

    /// One call answers the `count` predictions that were sent last; returns their tokens.
    public mutating func batched(_ count: Int) -> [UInt32] {
        let range = max(0, items.count - count)..<items.count
        for index in range { items[index].call = items[range.lowerBound].token }
        return items[range].map(\.token)
    }

    /// The prediction with this token; nil if the worker has none.
    public subscript(token: UInt32) -> RunID? {
        index(of: token).map { items[$0].run }
    }

    /// The worker has ended a prediction.
    public mutating func ended(_ token: UInt32) {
        if let index = index(of: token) { items.remove(at: index) }
    }

    /// The token of a prediction; nil if the worker doesn't have it.
    public func token(of run: RunID) -> UInt32? {
        items.first { $0.run == run }?.token
    }

    /// The predictions that the worker has begun, given the token of the last one; 0 for none.
    public func begun(upTo lastBegun: UInt32) -> Set<RunID> {
        Set(items.lazy.filter { $0.token <= lastBegun }.map(\.run))
    }

    /// Tokens are sorted.
    private func index(of token: UInt32) -> Int? {
        var (low, high) = (0, items.count)
        while low < high {
            let middle = (low + high) / 2
            if items[middle].token < token { low = middle + 1 } else { high = middle }
        }
        return low < items.count && items[low].token == token ? low : nil
    }
}
