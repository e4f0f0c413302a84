import Foundation
import HTTPServer
import Platforms
import Predictions
import Testing

@testable import CogletServer

/// The responses that platforms get.
@Suite struct PlatformTexts {
    private func text(_ json: String) -> String {
        PlatformAnswers.text(of: .segment(.bytes(Array(json.utf8))))
    }

    @Test func errorsOfInputsAreOneText() {
        #expect(text(#"{"error":"busy","status":"failed"}"#) == "busy")
        #expect(
            text(
                #"{"detail":[{"loc":["body","input","n"],"msg":"too small"},{"loc":["body","input","__root__"],"msg":"no object"}]}"#
            ) == "n: too small; no object")
        #expect(text("{}").isEmpty)
    }

    @Test func errorsKeepTheirStatusButForInputs() {
        let busy = PlatformAnswers.translated(Answers.busy(status: 429), at: nil)
        #expect(busy.status == 429)
        #expect(busy.fields.map(\.value) == ["1"])
        let invalid = PlatformAnswers.translated(
            .json(#"{"detail":[{"loc":["body","input","n"],"msg":"too small"}]}"#, status: 422), at: "instances[2]")
        #expect(invalid.status == 400)
        guard case .segment(.bytes(let body)) = invalid.body else {
            Issue.record("no body")
            return
        }
        #expect(String(decoding: body, as: UTF8.self) == #"{"error":"instances[2]: n: too small"}"#)
    }

    @Test func probesInOtherForms() {
        let probe = Probe.ready
        let passed = probe.answer(.ready, isDraining: false)
        let failed = probe.answer(.starting, isDraining: false)
        func body(_ form: ProbeRoute.Form, _ answer: Probe.Answer) -> String {
            String(decoding: form.body(of: answer), as: UTF8.self)
        }
        #expect(body(.health, passed) == #"{"status":"ok","health":"READY"}"#)
        #expect(body(.member("live"), passed) == #"{"live":true}"#)
        #expect(
            body(.member("ready", model: "m"), failed)
                == #"{"name":"m","ready":false,"error":"Setup has not finished yet"}"#)
    }
}

/// What paths call the model.
@Suite struct ModelNames {
    @Test(arguments: ["model", "a.b-c_1", "A"])
    func usable(name: String) {
        #expect(ModelName(reading: name)?.text == name)
    }

    @Test(arguments: ["", "a/b", "é", "a b", "a%20"])
    func unusable(name: String) {
        #expect(ModelName(reading: name) == nil)
    }

    @Test(arguments: [
        ("m", nil), ("m/versions/1", nil), ("n", 404), ("M", 404), ("m/versions/2", 404), ("m/x/1", 404), ("", 404),
    ])
    func refusals(path: String, status: Int?) {
        #expect(
            ModelName(reading: "m")?.refusal(of: PathID(segments: path.components(separatedBy: "/")))?.status == status)
    }
}

/// What the platform's environment says.
@Suite struct PlatformVariables {
    private func settings(_ environment: [String: String], _ more: [String] = []) throws -> Settings {
        let command = ["coglet", "--reference", "r", "--python", "p", "--libpython", "l"]
        return try Settings(arguments: command + more, environment: { environment[$0] })
    }

    @Test func nothing() throws {
        let platforms = try settings([:]).answers.platforms
        #expect(platforms.modelName.text == "model")
        #expect(!platforms.isSageMaker)
        #expect(platforms.notices.isEmpty)
    }

    @Test func sageMakerAndVertex() throws {
        let found = try settings(
            ["AIP_HEALTH_ROUTE": "/h", "AIP_PREDICT_ROUTE": "/p"], ["--sagemaker", "--port", "8080"])
        #expect(
            found.answers.platforms.notices == [
                "Started as a SageMaker container: GET /ping, POST /invocations",
                "Answering on the routes of AIP_HEALTH_ROUTE and AIP_PREDICT_ROUTE: GET /h, POST /p",
            ])
        #expect(found.address.port == 8080)
    }

    @Test(arguments: [
        ("AIP_HEALTH_ROUTE", "h"), ("AIP_PREDICT_ROUTE", "/p?x"), ("AIP_PREDICT_ROUTE", "/p q"),
        ("COG_MODEL_NAME", "a/b"),
    ])
    func unusable(name: String, value: String) throws {
        let found = try settings([name: value])
        #expect(found.answers.platforms == (try settings([:]).answers.platforms))
        #expect(found.warnings.count == 1)
        #expect(found.warnings[0].hasPrefix("Ignoring \(name): \(value) "))
    }
}
