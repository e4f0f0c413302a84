import Testing

@testable import CogKit

private func label(_ text: String) throws -> String {
    let place = try Distribution()
    try place.write(text, to: "project/cog.yaml")
    return ImageLabels.config(try place.plan(try place.project()).config)
}

/// Readers of the label see the effective values, in a fixed order, without what isn't there.
@Test(arguments: [
    (
        "build: {python_version: '3.12'}\nrun: run.py:Runner\n",
        #"{"build":{"python_version":"3.12"},"predict":"run.py:Runner"}"#
    ),
    (
        "train: a.py:b\npredict: predict.py:Predictor\nbuild: {cudnn: 8, gpu: yes, python_version: 3.10}\nimage: me/it\n",
        #"{"build":{"gpu":true,"python_version":"3.10","cuda":"11.8","cudnn":"8"},"image":"me/it","#
            + #""predict":"predict.py:Predictor","train":"a.py:b"}"#
    ),
    (
        """
        predict: predict.py:Predictor
        environment: [B=2, 'A="é"']
        concurrency: {max: 2}
        build:
          python_version: "3.12"
          pre_install: [two]
          system_packages: [git]
          run: [one, {command: c, mounts: [{type: secret, id: i, target: /t}]}]
        """,
        #"{"build":{"python_version":"3.12","run":[{"command":"one"},"#
            + #"{"command":"c","mounts":[{"type":"secret","id":"i","target":"/t"}]}],"#
            + #""system_packages":["git"],"pre_install":["two"]},"predict":"predict.py:Predictor","#
            + #""concurrency":{"max":2},"environment":["B=2","A=\"é\""]}"#
    ),
    (
        """
        predict: predict.py:Predictor
        model: r.example/a/m
        build: {python_version: "3.12"}
        weights:
          - {name: a, target: /a, source: {uri: hf://a, include: ["*.bin"]}}
          - {name: b, target: /b, source: [{uri: hf://b}, {uri: hf://c, exclude: [x]}]}
        """,
        #"{"build":{"python_version":"3.12"},"model":"r.example/a/m","predict":"predict.py:Predictor","#
            + #""weights":[{"name":"a","target":"/a","source":{"uri":"hf://a","include":["*.bin"]}},"#
            + #"{"name":"b","target":"/b","source":[{"uri":"hf://b"},{"uri":"hf://c","exclude":["x"]}]}]}"#
    ),
])
func configurationLabel(text: String, expected: String) throws {
    #expect(try label(text) == expected)
    #expect(throws: Never.self) { try JSONValue(parsing: expected) }
}

/// A prepared base image is named; any other is part of the Dockerfile alone.
@Test func baseImageLabel() throws {
    let place = try Distribution()
    try place.write("build: {python_version: '3.12'}\npredict: predict.py:Predictor\n", to: "project/cog.yaml")
    let plain = try place.plan(try place.project())
    let prepared = try place.plan(try place.project()) { $0.usesCogBase = true }
    let name = "run.cog.cog-base-image-name"
    #expect(ImageLabels.all(plain, nil, pipFreeze: "")[name] == nil)
    #expect(ImageLabels.all(prepared, nil, pipFreeze: "")[name] == "r8.im/cog-base:python3.12")
}
