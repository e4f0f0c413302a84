"""Must not be found."""

WHERE = "sub"
