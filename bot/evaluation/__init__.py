"""Questions with known answers -> scores."""
