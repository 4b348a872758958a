"""Everything between a question and a reply."""
