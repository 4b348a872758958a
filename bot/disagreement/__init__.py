"""Where sources differ in the very thing that a question asks about."""
