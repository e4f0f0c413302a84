package import ChildProcesses
import Foundation
import Glibc
package import PredictionClient
import ToolBasics

/// A model's server as a child process of this program.
package struct LocalServer: Sendable {
    package let client: LoopbackClient
    let process: BackgroundTool

    /// Starts the server of the environment's SDK on a port of 127.0.0.1.
    package static func start(_ tool: Tool, host: String, port: Int, extra: [String]) -> LocalServer {
        var tool = tool
        tool.environment["PORT"] = String(port)
        let key = ServerKey.find(in: tool.environment, inherited: ProcessInfo.processInfo.environment)
        let process = BackgroundTool(tool, ["-m", "cog.server.http", "--host", host] + extra)
        return LocalServer(client: LoopbackClient(port: port, key: key), process: process)
    }

    /// Waits until the server is ready to take predictions, and what its setup has printed is shown.
    package func waitUntilReady(timeout: Duration) async throws {
        await process.pass(try await client.waitUntilReady(timeout: timeout, what: "Server") { !process.hasEnded })
    }

    /// Asks the server to end and waits for it.
    package func stop() async { await process.interrupt() }

    /// A port on 127.0.0.1 that was free just now.
    package static func freePort() throws(ServerFailure) -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 ? getsockname(descriptor, $0, &length) : -1
            }
        }
        guard status == 0 else { throw .noFreePort(errno: errno) }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}
