import ContainerEngine
import JSON
import PredictionClient
import Testing

@testable import ModelServers

/// While a model's code is broken, its port says why.
@Suite struct BrokenModelServerTests {
    @Test func answers() async throws {
        let port = try LocalServer.freePort()
        let server = BrokenModelServer(host: "127.0.0.1", port: port, reason: "line 1\n\"quoted\"")
        defer { server.close() }
        let client = LoopbackClient(port: port)
        for (method, body) in [("GET", nil), ("POST", String(repeating: "x", count: 100_000))] {
            let answer = try await client.send(method, "/predictions", body: body)
            #expect(answer.status == 503)
            #expect(try JSONTree(parsing: answer.text)["detail"] == .string("line 1\n\"quoted\""))
        }
    }

    @Test func portIsFreeAfterwards() async throws {
        let port = try LocalServer.freePort()
        let server = BrokenModelServer(host: "127.0.0.1", port: port, reason: "")
        #expect(PublishedPort.isTaken("127.0.0.1", port))
        server.close()
        #expect(!PublishedPort.isTaken("127.0.0.1", port))
    }

    @Test func nobodyListens() async throws {
        let port = try LocalServer.freePort()
        await #expect(throws: LoopbackClient.Failure.self) { try await LoopbackClient(port: port).send("GET", "/") }
    }
}
