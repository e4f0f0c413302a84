"""What annotations mean: the forms of values, and classes with fields."""
