import Metrics
import Testing

@testable import CogletServer
@testable import HTTPServer

/// Answers by route, method, and status.
@Suite struct HTTPMetricsTests {
    private final class Nothing: RouteHandler {
        func respond(to request: Request, id: PathID?, on exchange: Exchange) {}
    }

    private func lines(_ metrics: HTTPMetrics) -> [String] {
        var exposition = Exposition(.text)
        metrics.write(to: &exposition)
        return String(decoding: exposition.finished(), as: UTF8.self).split(separator: "\n").map(String.init)
    }

    private func report(_ route: Int, _ method: HTTPMethod, _ status: Int) -> AnswerReport {
        AnswerReport(label: HTTPMetrics.label(route, method), status: status, requestBytes: 10, responseBytes: 300)
    }

    @Test func answersAreCounted() {
        let metrics = HTTPMetrics([Route("/a/{id}", [.get], Nothing()), Route("/b", [.post], Nothing())])
        for answer in [
            report(1, .get, 200), report(1, .get, 200), report(1, .put, 404), report(2, .post, 200),
        ] { metrics.count(answer, as: answer.label) }
        let found = lines(metrics)
        let requests = found.filter { $0.hasPrefix("cog_http_requests_total") }
        #expect(
            requests == [
                #"cog_http_requests_total{route="/a/{id}",method="GET",status="200"} 2"#,
                #"cog_http_requests_total{route="/a/{id}",method="PUT",status="404"} 1"#,
                #"cog_http_requests_total{route="/b",method="POST",status="200"} 1"#,
            ])
        #expect(found.contains(#"cog_http_response_size_bytes_sum{route="/a/{id}"} 900"#))
        #expect(found.contains(#"cog_http_request_size_bytes_bucket{route="/b",le="256.0"} 1"#))
    }

    /// Names that a client makes up don't get their own label.
    @Test func unknownRoutesAndMethodsShareALabel() {
        let metrics = HTTPMetrics([Route("/b", [.post], Nothing())])
        for method in [HTTPMethod.other("X"), .other("Y"), .trace, .patch] {
            let answer = report(0, method, 404)
            metrics.count(answer, as: answer.label)
        }
        #expect(
            lines(metrics).filter { $0.hasPrefix("cog_http_requests_total") } == [
                #"cog_http_requests_total{route="other",method="other",status="404"} 4"#
            ])
    }

    @Test(
        arguments: [
            ([], false), (["text/plain"], false), (["application/openmetrics-text"], true),
            (["application/openmetrics-text; q=0.2", "text/plain;q=0.3"], false),
            (["text/plain;q=0.3, Application/OpenMetrics-Text;version=1.0.0;q=0.3"], true),
            (["application/openmetrics-text;q=0"], false),
        ] as [([String], Bool)])
    func negotiation(accept: [String], isOpenMetrics: Bool) {
        #expect(MetricsRoute.prefersOpenMetrics(accept) == isOpenMetrics)
    }
}
