"""Whether paragraphs say what a sentence says: figures, names, quotations, polarity, roles, and meaning."""
