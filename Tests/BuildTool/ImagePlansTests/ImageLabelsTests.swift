import JSON
import ModelSchema
import Testing

@testable import ImagePlans

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
        concurrency: {max: 2, workers: auto, start: fork}
        predict_timeout: 1.5
        build:
          python_version: "3.12"
          pre_install: [two]
          system_packages: [git]
          run: [one, {command: c, mounts: [{type: secret, id: i, target: /t}]}]
        """,
        #"{"build":{"python_version":"3.12","run":[{"command":"one"},"#
            + #"{"command":"c","mounts":[{"type":"secret","id":"i","target":"/t"}]}],"#
            + #""system_packages":["git"],"pre_install":["two"]},"predict":"predict.py:Predictor","#
            + #""concurrency":{"max":2,"workers":"auto","start":"fork"},"predict_timeout":1.5,"environment":["B=2","A=\"é\""]}"#
    ),
    (
        """
        predict: predict.py:Predictor
        build: {python_version: "3.12"}
        environment: [A=1]
        observability: {traces: {enabled: true, sampler: traceidratio, sampler_arg: 0.5, trace_header: X}}
        """,
        #"{"build":{"python_version":"3.12"},"predict":"predict.py:Predictor","environment":["A=1"],"#
            + #""observability":{"traces":{"enabled":true,"sampler":"traceidratio","sampler_arg":"0.5","trace_header":"X"}}}"#
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
    #expect(throws: Never.self) { try JSONTree(parsing: expected) }
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

/// On one line with sorted keys; indented where a training is described too. Numbers keep their spelling.
@Test func documentLabel() throws {
    func document(_ schemas: String) throws -> ModelDocument {
        try ModelDocument(#"{"openapi": "3.0.2", "paths": {}, "info": {}, "components": {"schemas": {\#(schemas)}}}"#)
    }
    let one = try document(#""Input": {"b": 1.0, "a": "é"}"#)
    let expected = #"{"components":{"schemas":{"Input":{"a":"é","b":1.0}}},"info":{},"openapi":"3.0.2","paths":{}}"#
    #expect(ImageLabels.schema(one) == expected)
    let both = try document(#""Input": {}, "TrainingInput": {}"#)
    #expect(ImageLabels.schema(both).hasPrefix("{\n  \"components\": {\n"))
}

@Test func layersOfAPreparedImage() {
    let labels = ImageLabels.base(layers: ["sha256:a", "sha256:b"])
    #expect(labels["run.cog.cog-base-image-last-layer-sha"] == "sha256:b")
    #expect(labels["run.cog.cog-base-image-last-layer-idx"] == "1")
    #expect(ImageLabels.base(layers: []).isEmpty)
}
