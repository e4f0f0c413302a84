"""The forms of a record's fields."""

from __future__ import annotations

import sys

from ..input import FieldInfo
from .annotations import Names, Unsupported
from .forms import Form, UnknownForm, UnsupportedForm
from .parsing import parse
from .records import Field, Record


def record_forms(record: Record) -> list[tuple[str, Form, Field]]:
    """Find the forms of a record's fields.

    Args:
        record: the class.

    Returns:
        For each field its name, its form and the field itself.

    Raises:
        Unsupported: a field has no form; the text names it.
    """
    module = sys.modules.get(record.cls.__module__)
    found: list[tuple[str, Form, Field]] = []
    for field in record.fields:
        owner = sys.modules.get(field.owner.__module__, module)
        names = Names(vars(owner) if owner is not None else {}, {field.owner.__name__: field.owner})
        try:
            if isinstance(field.default, FieldInfo):
                raise Unsupported(
                    "Input(…) can't be the default of a field", f"Write {field.name}: Annotated[…, Input(…)] = …"
                )
            form: Form = parse(field.annotation, names)
        except Unsupported as problem:
            what = f'field "{field.name}" of {record.cls.__name__}: {problem.what}'
            refusal = Unsupported(what, problem.fix)
            if record.kind == "typeddict":
                form = UnsupportedForm(refusal)
            elif record.kind == "pydantic" and not isinstance(field.default, FieldInfo):
                form = UnknownForm()  # pydantic knows far more types and checks its values itself.
            else:
                raise refusal from None
        found.append((field.name, form, field))
    return found
