"""The parts of the OpenAPI document that are the same for every model."""

from __future__ import annotations

from typing import Any

RESERVED = frozenset(
    {
        "Input",
        "Output",
        "PredictionRequest",
        "PredictionResponse",
        "TrainingInput",
        "TrainingOutput",
        "TrainingRequest",
        "TrainingResponse",
        "Status",
        "HTTPValidationError",
        "ValidationError",
    }
)


def reference(name: str) -> dict[str, str]:
    """Return the reference to a component."""
    return {"$ref": f"#/components/schemas/{name}"}


def document(version: str) -> dict[str, Any]:
    """Return the document without any model.

    Args:
        version: the version of this software.
    """
    return {
        "openapi": "3.0.2",
        "info": {"title": "Cog", "version": version},
        "paths": {
            "/": {"get": _simple("Root", "root__get")},
            "/health-check": {"get": _simple("Healthcheck", "healthcheck_health_check_get")},
        },
        "components": {"schemas": {}},
    }


def prediction_paths() -> dict[str, Any]:
    """Return the paths of predictions."""
    return _paths("prediction", "Predict", "Prediction")


def training_paths() -> dict[str, Any]:
    """Return the paths of trainings."""
    return _paths("training", "Train", "Training")


def _paths(noun: str, verb: str, prefix: str) -> dict[str, Any]:
    return {
        f"/{noun}s": {
            "post": {
                "summary": verb,
                "description": f"Run a single {noun} on the model",
                "operationId": f"{verb.lower()}_{noun}s_post",
                "requestBody": {"content": _json(reference(f"{prefix}Request"))},
                "responses": {"200": _successful(reference(f"{prefix}Response")), "422": _invalid()},
            }
        },
        f"/{noun}s/{{{noun}_id}}/cancel": {
            "post": {
                "summary": "Cancel",
                "operationId": f"cancel_{noun}s__{noun}_id__cancel_post",
                "parameters": [
                    {
                        "in": "path",
                        "name": f"{noun}_id",
                        "required": True,
                        "schema": {"title": f"{prefix} Id", "type": "string"},
                    }
                ],
                "responses": {"200": _successful({}), "422": _invalid()},
            }
        },
    }


def _simple(summary: str, operation: str) -> dict[str, Any]:
    return {"summary": summary, "operationId": operation, "responses": {"200": _successful({})}}


def _json(schema: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def _successful(schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": "Successful Response", "content": _json(schema)}


def _invalid() -> dict[str, Any]:
    return {"description": "Validation Error", "content": _json(reference("HTTPValidationError"))}


def exchange(prefix: str, input_name: str, output_name: str) -> dict[str, Any]:
    """Return the components of requests and responses.

    Args:
        prefix: "Prediction" or "Training".
        input_name: the component of the input.
        output_name: the component of the output.
    """
    time = {"type": "string", "format": "date-time"}
    return {
        f"{prefix}Request": _object(
            f"{prefix}Request", {"id": {"title": "Id", "type": "string"}, "input": reference(input_name)}
        ),
        f"{prefix}Response": _object(
            f"{prefix}Response",
            {
                "input": reference(input_name),
                "output": reference(output_name),
                "id": {"title": "Id", "type": "string"},
                "version": {"title": "Version", "type": "string"},
                "created_at": {"title": "Created At", **time},
                "started_at": {"title": "Started At", **time},
                "completed_at": {"title": "Completed At", **time},
                "status": {"title": "Status", "type": "string"},
                "error": {"title": "Error", "type": "string"},
                "logs": {"title": "Logs", "type": "string"},
                "metrics": {"title": "Metrics", "type": "object"},
            },
        ),
    }


def shared() -> dict[str, Any]:
    """Return the components that predictions and trainings share."""
    return {
        "Status": {
            "title": "Status",
            "description": "An enumeration.",
            "type": "string",
            "enum": ["starting", "processing", "succeeded", "canceled", "failed"],
        },
        "HTTPValidationError": _object(
            "HTTPValidationError",
            {"detail": {"title": "Detail", "type": "array", "items": reference("ValidationError")}},
        ),
        "ValidationError": {
            **_object(
                "ValidationError",
                {
                    "loc": {
                        "title": "Location",
                        "type": "array",
                        "items": {"anyOf": [{"type": "string"}, {"type": "integer"}]},
                    },
                    "msg": {"title": "Message", "type": "string"},
                    "type": {"title": "Error Type", "type": "string"},
                },
            ),
            "required": ["loc", "msg", "type"],
        },
    }


def _object(title: str, properties: dict[str, Any]) -> dict[str, Any]:
    return {"title": title, "type": "object", "properties": properties}
