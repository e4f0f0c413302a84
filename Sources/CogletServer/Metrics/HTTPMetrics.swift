import HTTPServer
import Metrics

/// Counts responses by route, method, and status. Text that clients choose freely never becomes a label.
///
/// Bound to the loop.
final class HTTPMetrics {
    /// Methods that have a label of their own; all others share the first one.
    private static let methods = ["other", "GET", "HEAD", "POST", "PUT", "OPTIONS", "DELETE"]
    private static let sizes = Histogram.Buckets.whole((4...14).map { 1 << (2 * $0) })

    /// The paths of the routes; the first one stands for all requests without a route.
    private let routes: [String]
    /// For each label, the number of responses by status. Most labels have only one status.
    private var answers: [[(status: Int, count: Int)]]
    private var requestSizes: [Histogram]
    private var responseSizes: [Histogram]

    /// Makes counts of zero. Routes are numbered from 1.
    init(_ routes: [Route]) {
        self.routes = ["other"] + routes.map(\.path)
        answers = Array(repeating: [], count: self.routes.count * Self.methods.count)
        requestSizes = Array(repeating: Histogram(Self.sizes), count: self.routes.count)
        responseSizes = requestSizes
    }

    /// The label of a request in the report of its response. `route` is the route's number; 0 for none.
    static func label(_ route: Int, _ method: HTTPMethod) -> Int {
        let method =
            switch method {
            case .get: 1
            case .head: 2
            case .post: 3
            case .put: 4
            case .options: 5
            case .delete: 6
            case .patch, .trace, .connect, .other: 0
            }
        return route * methods.count + method
    }

    /// A response is complete; `label` is its request's.
    func count(_ report: AnswerReport, as label: Int) {
        if let index = answers[label].firstIndex(where: { $0.status == report.status }) {
            answers[label][index].count += 1
        } else {
            answers[label].append((report.status, 1))
        }
        let route = label / Self.methods.count
        requestSizes[route].record(report.requestBytes)
        responseSizes[route].record(report.responseBytes)
    }

    /// Writes the counts. Routes that nobody has requested are left out.
    func write(to exposition: inout some MetricWriter) {
        let samples = answers.enumerated().flatMap { label, counts in
            counts.map { status, count in
                let (route, method) = label.quotientAndRemainder(dividingBy: Self.methods.count)
                return Exposition.Sample([routes[route], Self.methods[method], "\(status)"], count)
            }
        }
        exposition.add(MetricCatalog.requests, samples)
        exposition.add(MetricCatalog.requestSize, asked(requestSizes))
        exposition.add(MetricCatalog.responseSize, asked(responseSizes))
    }

    private func asked(_ sizes: [Histogram]) -> [(labels: [String], histogram: Histogram)] {
        zip(routes, sizes).filter { $1.count > 0 }.map { (labels: [$0], histogram: $1) }
    }
}

@available(*, unavailable)
extension HTTPMetrics: Sendable {}
