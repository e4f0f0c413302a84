import Foundation

/// Reads the log of a build in BuildKit's form `rawjson`: objects with what has changed, on a line each or, from older
/// clients, on several.
struct BuildJSON {
    private var running: Set<String> = []
    private var starts: [String: String] = [:]
    private var ends: [String: String] = [:]
    /// The lines of an object that hasn't ended yet.
    private var open = ""

    private struct Status: Decodable {
        var vertexes: [Vertex]?
        var statuses: [Transfer]?
        var logs: [Output]?
        var warnings: [Warning]?
    }

    private struct Vertex: Decodable {
        var digest: String
        var name: String?
        var started: String?
        var completed: String?
        var cached: Bool?
        var error: String?
    }

    private struct Transfer: Decodable {
        var id: String
        var vertex: String
        var current: Double?
        var total: Double?
    }

    private struct Output: Decodable {
        var vertex: String
        var data: Data?
    }

    private struct Warning: Decodable {
        var vertex: String
        var short: Data?
    }

    /// What a line tells, together with the lines before it; nil if the line isn't part of such an object.
    mutating func events(of line: String) -> [BuildEvent]? {
        if open.isEmpty {
            guard line.hasPrefix("{") else { return nil }
            guard line == "{" else { return events(ofObject: line) }
        }
        open += line + "\n"
        guard line == "}" else { return [] }
        defer { open = "" }
        return events(ofObject: open)
    }

    private mutating func events(ofObject text: String) -> [BuildEvent]? {
        guard let status = try? JSONDecoder().decode(Status.self, from: Data(text.utf8)) else { return nil }
        var events: [BuildEvent] = []
        var endings: [BuildEvent] = []
        for vertex in status.vertexes ?? [] {
            // A step may begin again after it has ended: the first time it only looked whether there is something to do.
            guard let started = vertex.started, vertex.completed == nil || vertex.completed != ends[vertex.digest]
            else { continue }
            if running.insert(vertex.digest).inserted {
                starts[vertex.digest] = started
                events.append(.began(vertex.digest, name: vertex.name ?? ""))
            }
            guard let completed = vertex.completed else { continue }
            running.remove(vertex.digest)
            ends[vertex.digest] = completed
            let seconds = Self.seconds(from: starts[vertex.digest] ?? started, to: completed)
            endings.append(
                .ended(vertex.digest, seconds: seconds, isCached: vertex.cached ?? false, error: vertex.error ?? ""))
        }
        for transfer in status.statuses ?? [] {
            events.append(
                .moved(
                    transfer.vertex, item: transfer.id, done: transfer.current ?? 0, total: transfer.total ?? 0))
        }
        for output in status.logs ?? [] {
            events.append(.said(output.vertex, String(decoding: output.data ?? Data(), as: UTF8.self)))
        }
        for warning in status.warnings ?? [] {
            events.append(.said(warning.vertex, "WARN: \(String(decoding: warning.short ?? Data(), as: UTF8.self))\n"))
        }
        return events + endings
    }

    /// The time between two moments of one time zone, less than a day apart.
    static func seconds(from start: String, to end: String) -> Double {
        func ofDay(_ moment: String) -> Double {
            let time = moment.drop { $0 != "T" }.dropFirst().prefix { $0.isNumber || $0 == ":" || $0 == "." }
            let parts = time.split(separator: ":").compactMap { Double($0) }
            return parts.reduce(0) { $0 * 60 + $1 }
        }
        let difference = ofDay(end) - ofDay(start)
        return difference < 0 ? difference + 86_400 : difference
    }
}
