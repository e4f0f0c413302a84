import JSON
import Platforms

/// The routes that serving platforms use, for the OpenAPI document: those of KServe, and those of the platform that has started
/// the server.
struct DocumentedPlatforms {
    let settings: PlatformSettings
    /// Whether the document has a component for the model's output.
    let hasOutput: Bool

    /// The members of `paths`.
    var paths: [String] {
        var paths = kServe
        if settings.isSageMaker {
            paths.append(path("/ping", probe("ping", "Whether the model is ready", .own)))
            paths.append(path("/invocations", invocations))
        }
        if let route = settings.vertexHealth {
            paths.append(path(route, probe("vertex_health", "Whether the model is ready", .own)))
        }
        if let route = settings.vertexPredictions {
            paths.append(path(route, instances("vertex", takesParameters: true)))
        }
        return paths
    }

    private var kServe: [String] {
        let model = "/v1/models/\(settings.modelName.text)"
        var paths = [
            path("/v1/models", get("kserve_models", "The names of all models", "CogModelList")),
            path(model, probe("kserve_model", "Whether the model is ready", .platform)),
            path(model + ":predict", instances("kserve", takesParameters: false)),
            path("/v2", get("oip_server", "Facts about the server", "CogServerMetadata")),
            path("/v2/health/live", probe("oip_live", "Whether the server is alive", .platform)),
            path("/v2/health/ready", probe("oip_ready", "Whether the model is ready", .platform)),
        ]
        for (suffix, version) in [("", ""), ("_version", "/versions/\(ModelMetadata.version)")] {
            let model = "/v2/models/\(settings.modelName.text)\(version)"
            paths += [
                path(model, get("oip_model\(suffix)", "Inputs and output of the model as tensors", "CogModelMetadata")),
                path(model + "/ready", probe("oip_model_ready\(suffix)", "Whether the model is ready", .platform)),
                path(model + "/infer", inference("oip_infer\(suffix)")),
            ]
        }
        return paths
    }

    // MARK: - Operations

    private func path(_ path: String, _ operation: String) -> String {
        var text: [UInt8] = []
        appendJSONString(path, to: &text)
        return String(decoding: text, as: UTF8.self) + ":{\(operation)}"
    }

    private func head(_ method: String, _ id: String, _ summary: String) -> String {
        #""\#(method)":{"summary":"\#(summary)","operationId":"\#(id)""#
    }

    private func answer(_ content: String) -> String {
        #""200":{"description":"Successful Response","content":{\#(content)}}"#
    }

    private func json(_ component: String) -> String {
        #""application/json":{"schema":\#(DocumentedAnswers.reference(component))}"#
    }

    private func get(_ id: String, _ summary: String, _ component: String) -> String {
        head("get", id, summary) + #","responses":{\#(answer(json(component))),\#(errors([]))}}"#
    }

    private func probe(_ id: String, _ summary: String, _ form: RefusalForm) -> String {
        let component = form == .platform ? "CogPlatformProbe" : "CogProbe"
        let failed = #""503":{"description":"It is not","content":{\#(json(component))}}"#
        let others = DocumentedAnswers.anywhere.filter { $0 != 503 }
        return head("get", id, summary)
            + #","responses":{\#(answer(json(component))),\#(failed),\#(DocumentedAnswers.responses(others, schema: "CogPlatformError"))}}"#
    }

    private func instances(_ id: String, takesParameters: Bool) -> String {
        let parameters = takesParameters ? #","parameters":{"title":"Parameters","type":"object"}"# : ""
        let input = DocumentedAnswers.reference("Input")
        let output = hasOutput ? DocumentedAnswers.reference("Output") : "{}"
        let request =
            #"{"type":"object","required":["instances"],"properties":{"instances":{"type":"array","maxItems":\#(InputText.limit),"items":\#(input)}\#(parameters)}}"#
        let response =
            #"{"type":"object","required":["predictions"],"properties":{"predictions":{"type":"array","items":\#(output)}}}"#
        return head("post", "\(id)_predict", "Run a prediction for each instance")
            + #","requestBody":{"required":true,"content":{"application/json":{"schema":\#(request)}}},"responses":{\#(answer(#""application/json":{"schema":\#(response)}"#)),\#(errors(Self.refusals))}}"#
    }

    private func inference(_ id: String) -> String {
        let binary = #""application/octet-stream":{"schema":{"type":"string","format":"binary"}}"#
        let length =
            #"{"in":"header","name":"Inference-Header-Content-Length","required":false,"description":"The length of the JSON that a binary body starts with, in bytes","schema":{"title":"Inference Header Content Length","type":"integer"}}"#
        return head("post", id, "Run the model on tensors")
            + #","parameters":[\#(length)],"requestBody":{"required":true,"content":{\#(json("CogInferenceRequest")),\#(binary)}},"responses":{\#(answer(json("CogInferenceResponse") + "," + binary)),\#(errors(Self.refusals))}}"#
    }

    private var invocations: String {
        let output = hasOutput ? DocumentedAnswers.reference("Output") : "{}"
        let invalid = #""422":{"description":"Validation Error","content":{\#(json("HTTPValidationError"))}}"#
        return head("post", "invocations", "Run a prediction; the body is the input, and the answer is the output")
            + #","requestBody":{"content":{\#(json("Input"))}},"responses":{\#(answer(#""application/json":{"schema":\#(output)}"#)),\#(invalid),\#(DocumentedAnswers.errors([403, 406, 409, 413, 415, 429, 507]))}}"#
    }

    private static let refusals = [403, 409, 413, 415, 429, 507]

    private func errors(_ statuses: [Int]) -> String {
        DocumentedAnswers.responses(statuses + DocumentedAnswers.anywhere, schema: "CogPlatformError")
    }

    // MARK: - Components

    /// The members of `components.schemas`.
    static let components =
        ##"""
        "CogPlatformError":{"title":"PlatformError","type":"object","required":["error"],"properties":{"error":{"title":"Error","type":"string"}}},
        "CogPlatformProbe":{"title":"PlatformProbe","type":"object","properties":{"name":{"title":"Name","type":"string"},
          "live":{"title":"Live","type":"boolean"},"ready":{"title":"Ready","type":"boolean"},"error":{"title":"Error","type":"string"}}},
        "CogProbe":{"title":"Probe","type":"object","required":["status"],"properties":{"status":{"title":"Status","type":"string","enum":["ok","failed"]},
          "health":{"title":"Health","type":"string"},"error":{"title":"Error","type":"string"}}},
        "CogModelList":{"title":"ModelList","type":"object","required":["models"],"properties":{"models":{"title":"Models","type":"array","items":{"type":"string"}}}},
        "CogServerMetadata":{"title":"ServerMetadata","type":"object","required":["name","version","extensions"],"properties":{"name":{"title":"Name","type":"string"},
          "version":{"title":"Version","type":"string"},"extensions":{"title":"Extensions","type":"array","items":{"type":"string"}}}},
        "CogTensorMetadata":{"title":"TensorMetadata","type":"object","required":["name","datatype","shape"],"properties":{"name":{"title":"Name","type":"string"},
          "datatype":{"title":"Datatype","type":"string"},"shape":{"title":"Shape","type":"array","items":{"type":"integer"}}}},
        "CogModelMetadata":{"title":"ModelMetadata","type":"object","required":["name","platform","inputs","outputs"],"properties":{"name":{"title":"Name","type":"string"},
          "versions":{"title":"Versions","type":"array","items":{"type":"string"}},"platform":{"title":"Platform","type":"string"},
          "inputs":{"title":"Inputs","type":"array","items":{"$ref":"#/components/schemas/CogTensorMetadata"}},
          "outputs":{"title":"Outputs","type":"array","items":{"$ref":"#/components/schemas/CogTensorMetadata"}}}},
        "CogTensor":{"title":"Tensor","type":"object","required":["name","datatype","shape"],"properties":{"name":{"title":"Name","type":"string"},
          "datatype":{"title":"Datatype","type":"string"},"shape":{"title":"Shape","type":"array","items":{"type":"integer","minimum":0}},
          "parameters":{"title":"Parameters","type":"object"},"data":{"title":"Data","type":"array","items":{}}}},
        "CogInferenceRequest":{"title":"InferenceRequest","type":"object","required":["inputs"],"properties":{"id":{"title":"Id","type":"string"},
          "parameters":{"title":"Parameters","type":"object"},"inputs":{"title":"Inputs","type":"array","items":{"$ref":"#/components/schemas/CogTensor"}},
          "outputs":{"title":"Outputs","type":"array","items":{"type":"object"}}}},
        "CogInferenceResponse":{"title":"InferenceResponse","type":"object","required":["model_name","outputs"],"properties":{"model_name":{"title":"Model Name","type":"string"},
          "model_version":{"title":"Model Version","type":"string"},"id":{"title":"Id","type":"string"},
          "outputs":{"title":"Outputs","type":"array","items":{"$ref":"#/components/schemas/CogTensor"}}}}
        """##
}
