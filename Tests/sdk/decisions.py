"""What this product does with the models that the original's build refuses."""

# Refused here too; the text is part of ours.
REFUSED = {
    "err_document_default_below_minimum": "property 'n': invalid default: number must be at least 3, got 1",
    "err_document_default_not_in_choices": "property 'mode': invalid default: 'z' is not one of ['a', 'b']",
    "err_document_default_regex_mismatch": "invalid default: string doesn't match the regular expression '^a$', got",
    "err_document_default_too_short": "property 'text': invalid default: minimum string length is 3, got 'x'",
    "err_document_default_type": "property 'n': invalid default: value must be an integer, got 'x'",
    "err_document_list_default_items": "property 'items': invalid default: item 0: value must be an integer, got 'x'",
    "err_schema_accept_on_string": "predict.py, line 5: parameter 'text' of run(): accept is only valid on Path or",
    "err_schema_class_not_found": "AttributeError: module 'predict' has no attribute 'Runner'",
    "err_schema_class_without_method": "ValueError: run or predict method not found: Runner",
    "err_schema_concurrent_sync": "TypeError: concurrent max greater than 1 requires an async function",
    "err_schema_input_external": "ModuleNotFoundError: No module named 'PIL'",
    "err_schema_input_no_annotation": "predict.py, line 5: parameter 'text' of run(): it has no type annotation",
    "err_schema_input_tuple": "predict.py, line 5: parameter 'pair' of run(): tuple can't be an input. Use list[…]",
    "err_schema_input_union_constraint": "parameter 'n' of run(): constraints and choices are not supported on union",
    "err_schema_output_bare_iterator": "run(): the output: Iterator doesn't say what it gives. Write Iterator[str]",
    "err_schema_output_concatenate_int": "ConcatenateIterator element type must be str, got int. Use Iterator[int].",
    "err_schema_output_external": "ndarray is not supported. If its values are JSON objects, write Annotated[ndarray",
    "err_schema_output_missing": "predict.py, line 5: run(): it has no return annotation. Write what it returns",
    "err_schema_streaming_not_iterator": "run(): @streaming requires Iterator[...], AsyncIterator[...], Concatenate",
    "err_schema_train_not_found": "Runner.train not found",
}

# Served here, and why.
ACCEPTED = {
    "err_document_choices_name_non_ascii": "the component gets another name",
    "err_document_regex_unsupported": "look-around works in the server",
    "err_document_train_choices_clash": "the second component gets another name",
    "err_schema_choices_tuple": "any sequence of choices will do",
    "err_schema_choices_unresolvable": "members of an Enum stand for their values",
    "err_schema_concurrent_not_literal": "the value is known when the model is loaded",
    "err_schema_default_call": "the value is known when the model is loaded",
    "err_schema_default_factory": "the factory is called for each prediction",
    "err_schema_input_alias_of_path": "it is the same class",
    "err_schema_input_annotated_call": "what else stands in Annotated is left alone",
    "err_schema_input_bare_list": "a list of anything",
    "err_schema_input_enum": "an Enum is its values",
    "err_schema_input_list_of_optional": "containers nest",
    "err_schema_input_literal": "a Literal is its values",
    "err_schema_input_model": "objects with fields may be inputs",
    "err_schema_input_nested_list": "containers nest",
    "err_schema_input_union_nested": "Python itself flattens unions",
    "err_schema_input_union_path": "a file or a text",
    "err_schema_output_generator": "the same as an Iterator",
    "err_schema_output_model_subclass": "the parents' fields come first",
    "err_schema_output_model_union_field": "one of several types",
    "err_schema_output_none": "null",
    "err_schema_output_optional": "null or a value",
    "err_schema_output_tuple": "an array",
    "err_schema_output_union": "one of several types",
    "err_schema_output_unknown_class": "a dataclass has fields",
    "err_schema_qualified_input_call": "it is the same function",
    "err_schema_ref_without_class": "Runner or Predictor is taken",
}

# The original's server refuses these at setup; here they are served.
SERVED = {
    "err_setup_default_factory": "the factory is called for each prediction",
    "err_setup_trainer_without_run": "a class that only trains is enough for trainings",
}

# What needs a whole process to be seen; test_served.py looks at it.
PROCESS_ONLY = {"err_setup_setup_process_exits", "err_setup_max_concurrency_sync"}

# `quirk_` models that are refused.
QUIRKS_REFUSED = {
    "quirk_run_and_predict": "ValueError: Model must define either run() or predict(), not both",
    "quirk_untyped_and_kwonly": "parameter 'ignored' of run(): it has no type annotation",
}
