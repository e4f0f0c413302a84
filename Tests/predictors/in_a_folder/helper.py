"""The one to be found: in the working directory."""

WHERE = "top"
