import Testing

@testable import ContainerEngine

private let began =
    #"{"vertexes":[{"digest":"a","name":"[x 1/2] FROM python:3.12","started":"2026-01-01T23:59:58.5Z"}]}"#
private let ended =
    #"{"vertexes":[{"digest":"a","name":"[x 1/2] FROM python:3.12","started":"2026-01-01T23:59:58.5Z","#
    + #""completed":"2026-01-02T00:00:01Z"}]}"#

/// A step begins and ends once, however often its object is repeated; its time may pass midnight.
@Test func stepsOfTheJSONLog() throws {
    var reader = BuildJSON()
    #expect(reader.events(of: #"{"vertexes":[{"digest":"a","name":"later"}]}"#) == [])
    #expect(reader.events(of: began) == [.began("a", name: "[x 1/2] FROM python:3.12")])
    #expect(reader.events(of: began) == [])
    #expect(reader.events(of: ended) == [.ended("a", seconds: 2.5, isCached: false, error: "")])
    #expect(reader.events(of: ended) == [])
    let rest =
        #"{"statuses":[{"id":"sha256:1","vertex":"a","current":3,"total":4}],"#
        + #""logs":[{"vertex":"a","data":"aGk="}]}"#
    #expect(
        reader.events(of: rest) == [.moved("a", item: "sha256:1", done: 3, total: 4), .said("a", "hi")])
    #expect(reader.events(of: "ERROR: failed to solve") == nil)
    #expect(reader.events(of: "{broken") == nil)
    // Older clients write an object on several lines; a step may begin again.
    let lines = ["{", #"  "vertexes": [{"digest": "a", "name": "again", "started": "2026-01-02T00:00:05Z"}]"#, "}"]
    #expect(lines.map { reader.events(of: $0) } == [[], [], [.began("a", name: "again")]])
}

/// The lines of older clients say the same.
@Test func stepsOfThePlainLog() {
    var reader = BuildText()
    let lines = [
        "#5 [x 1/2] FROM python:3.12", "#5 sha256:abc 1.5MB / 3MB 0.2s", "#5 0.512 text of a step", "#5 DONE 3.2s",
        "#6 RUN x", "#6 CACHED", "#7 RUN y", "#7 ERROR: no", "# comment", "#5", "plain",
    ]
    #expect(
        lines.flatMap { reader.events(of: $0) } == [
            .began("#5", name: "[x 1/2] FROM python:3.12"),
            .moved("#5", item: "sha256:abc", done: 1.5e6, total: 3e6), .said("#5", "text of a step\n"),
            .ended("#5", seconds: 3.2, isCached: false, error: ""), .began("#6", name: "RUN x"),
            .ended("#6", seconds: 0, isCached: true, error: ""), .began("#7", name: "RUN y"),
            .ended("#7", seconds: 0, isCached: false, error: "no"),
        ])
}

/// The step that began last is shown; only those that took their time leave a line.
@Test func shownSteps() {
    var steps = BuildSteps { _ in nil }
    #expect(steps.happened(.began("i", name: "[internal] load build definition")) == nil)
    #expect(steps.current == nil)
    _ = steps.happened(.began("a", name: "[x 1/9] FROM python:3.12@sha256:1"))
    _ = steps.happened(.moved("a", item: "1", done: 1, total: 4))
    _ = steps.happened(.moved("a", item: "2", done: 2, total: 4))
    _ = steps.happened(.moved("a", item: "extracting 1", done: 0, total: 9))
    #expect(steps.current == .init(title: "Base image python:3.12", detail: "", fraction: 0.375))
    _ = steps.happened(.began("b", name: "[x 2/9] RUN make -j"))
    _ = steps.happened(.said("b", "one\n\u{1B}[32mtwo\u{1B}[0m\n\n"))
    #expect(steps.current == .init(title: "RUN make -j", detail: "two", fraction: nil))
    #expect(
        steps.happened(.ended("b", seconds: 2, isCached: false, error: "")) == .init(title: "RUN make -j", seconds: 2))
    #expect(steps.current?.title == "Base image python:3.12")
    #expect(steps.happened(.ended("a", seconds: 0.1, isCached: false, error: "")) == nil)
}

@Test func layersOfAnImageOnItsWay() {
    var layers = LayerTransfer.Layers()
    #expect(layers.progress == nil)
    layers.feed(Array("Using default tag: latest\n4f4fb700ef54: Pulling fs layer\naaaaaaaaaaaa: Already ex".utf8)[...])
    let rest = "ists\n4f4fb700ef54: Download complete\nbbbbbbbbbbbb: Waiting\nbbbbbbbbbbbb: Pull complete\n"
    layers.feed(Array(rest.utf8)[...])
    #expect(layers.progress?.detail == "2 of 3 layers")
    #expect(layers.messages == ["Using default tag: latest"])
}

/// The program's own steps have titles; those of the project show themselves.
@Test(
    arguments: [
        ("[x 4/9] RUN --mount=type=cache,target=/a make our-step", "Ours"),
        ("[cog_model 1/1] COPY . /src", "Project files"), ("exporting to image", "Saving the image"),
        ("[x 7/9] RUN --mount=type=secret,id=a,target=/a apt-get moo", "RUN apt-get moo"),
        ("[internal] load build context", "Reading the project"), ("[internal] load build definition", nil),
        ("[x 2/9] COPY --from=cog_build tini /sbin/tini", nil),
    ] as [(String, String?)])
func titlesOfSteps(name: String, title: String?) {
    let steps = BuildSteps { $0.contains("our-step") ? "Ours" : nil }
    #expect(steps.title(name) == title)
}
